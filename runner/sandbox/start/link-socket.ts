import { chmod, link, lstat, unlink } from 'node:fs/promises'
import { MicropushError } from '../../../contract/errors.ts'
import type { SandboxPaths } from '../paths.ts'

/**
 * Gives the app's socket a second name, in a folder that the sandbox cannot write to, for the gateway to dial. The sandbox may put anything under its own
 * name at any time; link(2) does not follow symbolic links, so what got the second name is looked at after the fact, when it cannot change any more.
 *
 * @throws MicropushError `start-failed` when it is no socket.
 */
export async function linkSocket(paths: SandboxPaths): Promise<void> {
  await link(paths.appSocket, paths.socket).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new MicropushError('start-failed', 'The app removed its socket /run/micropush/app.sock.')
    throw error
  })
  if (!(await lstat(paths.socket)).isSocket()) {
    await unlink(paths.socket)
    throw new MicropushError(
      'start-failed',
      'The app put something else in the place of its socket /run/micropush/app.sock.',
    )
  }
  // Who gets into the folder is decided by the folder's group.
  await chmod(paths.socket, 0o666)
}
