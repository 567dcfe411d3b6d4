import { once } from 'node:events'
import { MicropushError } from '../contract/errors.ts'
import { readEnvironment } from './env.ts'
import { startForge } from './server.ts'

const log = (message: string, data: Readonly<Record<string, unknown>> = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), part: 'forge', message, ...data })}\n`)
}

async function main(): Promise<void> {
  const forge = await startForge({ ...readEnvironment(), log })
  log('listening', { port: forge.port, api: forge.apiUrl })
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  await forge.close()
}

try {
  await main()
} catch (error) {
  const words = error instanceof MicropushError ? error.message : String(error instanceof Error ? error.stack : error)
  log('the forge ends', { error: words })
  process.exitCode = 1
}
