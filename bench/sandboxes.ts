import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from '../test/journey/support/stack.ts'

/** The socket of the only sandbox of a stack that listens. */
export async function liveSocket(stack: Stack): Promise<string> {
  const folder = join(stack.dataDir, 'sandboxes')
  const all = (await readdir(folder)).map((id) => join(folder, id, 'app.sock'))
  const listens = await Promise.all(
    all.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  )
  const sockets = all.filter((_path, at) => listens[at])
  const [socket] = sockets
  if (socket === undefined || sockets.length > 1)
    throw new Error(`${sockets.length} sandboxes listen, where there should be one`)
  return socket
}
