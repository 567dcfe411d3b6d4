import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { chmod, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'
import type { Settings } from '../../contract/settings.ts'
import { say } from '../../setup/say.ts'
import { endOrphans } from './end-orphans.ts'

interface Port {
  readonly host: string
  readonly port: number
  readonly variable: string
}

/**
 * Makes the data folder this command's own while it runs.
 *
 * @param ports that it is going to listen on.
 * @throws MicropushError `setup-incomplete` when another one runs on it, or a port cannot be had.
 */
export async function takeInstance(settings: Settings, ports: readonly Port[]): Promise<AsyncDisposable> {
  for (const folder of ['', 'run', 'redis', 'logs']) await mkdir(join(settings.dataDir, folder), { recursive: true })
  // The gateway, which is nobody, passes through to its sockets but lists nothing.
  for (const folder of ['', 'run']) await chmod(join(settings.dataDir, folder), 0o711)
  // Redis writes all that it knows into files that everybody may read.
  for (const folder of ['redis', 'logs']) await chmod(join(settings.dataDir, folder), 0o700)
  const file = join(settings.runDir, 'start.pid')
  const lock = await takeLock(settings.dataDir, file)
  try {
    const orphans = await endOrphans(settings.dataDir)
    if (orphans > 0) say(`Ended ${orphans} processes that an earlier start had left running when it was killed.`)
    for (const port of ports) await assertFree(port)
    // Sockets of ours alone: one that is named elsewhere belongs to a Redis that is none of our making.
    for (const socket of [settings.redis, ...Object.values(settings.sockets)])
      if (socket.startsWith(`${settings.runDir}/`)) await rm(socket, { force: true })
    await writeFile(file, String(process.pid))
  } catch (error) {
    lock.close()
    throw error
  }
  return {
    async [Symbol.asyncDispose]() {
      await rm(file, { force: true })
      lock.close()
    },
  }
}

/**
 * The lock is a name of the kernel's, not the file: it is free again when its process is gone, however that came, and no process that
 * happens to get the same number later can be taken for it (unix(7), abstract sockets).
 */
async function takeLock(dataDir: string, pidFile: string): Promise<Server> {
  const digest = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
  const server = createServer((socket) => socket.destroy())
  const error = await listenOn(server, `\0micropush-${digest.slice(0, 32)}`)
  if (error === undefined) return server.unref()
  if (error.code !== 'EADDRINUSE') throw error
  const pid = await readFile(pidFile, 'utf8').catch(() => '')
  const who = pid === '' ? '' : ` (process ${pid})`
  throw new MicropushError(
    'setup-incomplete',
    `micropush runs already${who} with the data in ${dataDir}. Stop it first, or name another folder in MICROPUSH_DATA.`,
  )
}

async function assertFree({ host, port, variable }: Port): Promise<void> {
  if (port === 0) return
  const probe = createServer()
  const error = await listenOn(probe, { port, host })
  if (error !== undefined) {
    const why =
      error.code === 'EADDRINUSE'
        ? `Port ${port} is in use by another program. Stop it, or set`
        : `Nothing can listen on ${host}:${port} (${error.code ?? error.message}). Set`
    throw new MicropushError('setup-incomplete', `${why} ${variable} to a free one.`)
  }
  await new Promise<void>((resolve) => probe.close(() => resolve()))
}

function listenOn(
  server: Server,
  where: string | { readonly port: number; readonly host: string },
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen(where, () => resolve(undefined))
  })
}
