import { createServer } from 'node:net'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'
import type { Settings } from '../../contract/settings.ts'

/**
 * Makes the data folder this command's own while it runs.
 *
 * @throws MicropushError `setup-incomplete` when another one runs on it, or a port is in use.
 */
export async function takeInstance(settings: Settings): Promise<AsyncDisposable> {
  for (const folder of ['', 'run', 'redis', 'logs']) await mkdir(join(settings.dataDir, folder), { recursive: true })
  // The gateway, which is nobody, passes through to its sockets but lists nothing.
  for (const folder of ['', 'run']) await chmod(join(settings.dataDir, folder), 0o711)
  const file = join(settings.runDir, 'start.pid')
  const other = Number(await readFile(file, 'utf8').catch(() => ''))
  if (other > 0 && isRunning(other)) {
    throw new MicropushError(
      'setup-incomplete',
      `micropush runs already (process ${other}) with the data in ${settings.dataDir}. Stop it first, or name another folder in MICROPUSH_DATA.`,
    )
  }
  await writeFile(file, String(process.pid))
  await assertFree(settings.forgePort, 'MICROPUSH_FORGE_PORT')
  await assertFree(settings.botPort, 'MICROPUSH_BOT_PORT')
  await assertFree(settings.gatewayPort, 'MICROPUSH_GATEWAY_PORT')
  for (const socket of [settings.redis, ...Object.values(settings.sockets)])
    if (socket.startsWith('/')) await rm(socket, { force: true })
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid !== process.pid
  } catch {
    return false
  }
}

async function assertFree(port: number, variable: string): Promise<void> {
  if (port === 0) return
  await new Promise<void>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', () =>
      reject(
        new MicropushError(
          'setup-incomplete',
          `Port ${port} is in use by another program. Stop it, or set ${variable} to a free one.`,
        ),
      ),
    )
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()))
  })
}
