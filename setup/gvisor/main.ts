import { join } from 'node:path'
import { connectDocker } from '../../runner/docker/client.ts'
import { runProbe } from '../../runner/docker/probe.ts'
import { readSettings } from '../../runner/env.ts'
import { ensureRequirements } from '../requirements.ts'
import { say } from '../say.ts'
import { provideBinary } from './binary.ts'
import { proveWithMicro } from './prove.ts'
import { registerRunsc, runscFlags } from './register.ts'
import { installWaitingRuntime } from './waiting/install.ts'

const INSTALLED = '/usr/local/bin/runsc'

/** Makes Docker know the runtime `runsc`: finds, downloads or builds it, registers it, and runs one micro under it. */
async function installGvisor(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error('Installing gVisor changes /etc/docker and /usr/local/bin: run it as root.')
  }
  const { dockerSocket, dataDir } = readSettings()
  const docker = connectDocker(dockerSocket)
  await docker.ping().catch((cause: unknown) => {
    throw new Error('No Docker daemon answers. Start it first: `npm start` does, or `service docker start`.', { cause })
  })
  await ensureRequirements()
  await provideBinary(INSTALLED)
  const waiting = await installWaitingRuntime({ path: INSTALLED, flags: runscFlags })
  await registerRunsc(docker, { runsc: INSTALLED, waiting })
  const code = await runProbe(docker, 'runsc')
  if (code !== 0) throw new Error(`A container under runsc ended with exit code ${code}; dockerd's log says why.`)
  await proveWithMicro(join(dataDir, 'proof'))
  say('gVisor is ready: micros started from now on get a kernel of their own (MICROPUSH_SANDBOX=auto or gvisor).')
}

/** `--if-possible` is for the tests: where gVisor cannot be had they run without it, and say so. */
const isOptional = process.argv.includes('--if-possible')
try {
  await installGvisor()
} catch (error) {
  const words = error instanceof Error ? error.message : String(error)
  console.error(isOptional ? `! Nothing is tested under gVisor on this machine: ${words}` : words)
  process.exitCode = isOptional ? 0 : 1
}
