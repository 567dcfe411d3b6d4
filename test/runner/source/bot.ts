import { createServer, type RequestListener } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'

export interface TestEntry extends Partial<Header> {
  readonly name: string
  readonly content?: string | Buffer
}

/** A gzipped tarball as GitHub makes them, of these entries. */
export async function tarball(entries: readonly TestEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const { content, ...header } of entries) archive.entry({ ...header }, content ?? '')
  archive.finalize()
  return gzipSync(await buffer(archive), { level: 1 })
}

/** A folder of its own with a bot's socket in it that answers as it is told. */
export async function botAnswering(listener: RequestListener) {
  const dir = await mkdtemp(join(tmpdir(), 'micropush-source-'))
  const botSocket = join(dir, 'bot.sock')
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(botSocket, resolve))
  return {
    dir,
    botSocket,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(dir, { recursive: true, force: true })
    },
  }
}
