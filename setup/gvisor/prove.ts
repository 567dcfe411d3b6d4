import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { defaultLimits } from '../../contract/limits.ts'
import { parseSettings } from '../../contract/settings.ts'
import { prepareGround, type Ground } from '../../runner/ground/prepare-ground.ts'
import { prepareRuntime } from '../../runner/images/prepare.ts'
import { tearDownNetwork } from '../../runner/network/set-up-network.ts'
import { destroySandbox } from '../../runner/sandbox/destroy-sandbox.ts'
import type { Sandbox } from '../../runner/sandbox/sandbox.ts'
import { startSandbox } from '../../runner/sandbox/start-sandbox.ts'
import { findRuntime } from '../../runtimes/catalogue.ts'
import { say } from '../say.ts'

const DEADLINE_MS = 15 * 60_000
/** Whose kernel a process sees: gVisor's own says so in the first line of its log. */
const APP = `const { execFileSync } = require('node:child_process')
module.exports = (req, res) => res.end(execFileSync('dmesg').toString().split('\\n')[0])`

/**
 * Starts one real micro under gVisor, in a sandbox as every micro has it, and asks it whose kernel it sees. It has a data folder, networks and
 * rules of its own, and takes them away again.
 *
 * @param parent folder that holds its data meanwhile.
 * @throws MicropushError or Error saying what did not work.
 */
export async function proveWithMicro(parent: string): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  await mkdir(parent, { recursive: true, mode: 0o711 })
  const dataDir = await mkdtemp(join(parent, 'gvisor-'))
  // The gateway's user and the sandbox's pass through it.
  await chmod(dataDir, 0o711)
  const settings = parseSettings({ ...process.env, MICROPUSH_DATA: dataDir, MICROPUSH_SANDBOX: 'gvisor' })
  let ground: Ground | undefined
  let sandbox: Sandbox | undefined
  try {
    ground = await prepareGround(settings)
    const runtime = findRuntime('nodejs24')
    if (runtime === undefined) throw new Error('the catalogue lacks nodejs24')
    const images = await prepareRuntime({ docker: ground.docker, dataDir }, runtime, { signal, onProgress: say })
    const appDir = join(dataDir, 'app')
    await mkdir(appDir)
    await writeFile(join(appDir, 'index.js'), APP)
    const started = performance.now()
    sandbox = await startSandbox(
      ground.sandboxes,
      {
        deploymentId: 'proof',
        micro: 'proof',
        image: images.sandbox,
        launch: { kind: 'loader', language: 'node', entry: 'index.js' },
        language: 'node',
        appDir,
        env: {},
        limits: defaultLimits,
      },
      { signal, onPhase: () => {} },
    )
    const answer = await ask(sandbox.socket)
    if (!/gvisor/i.test(answer)) throw new Error(`A micro started, but it does not run under gVisor. It saw: ${answer}`)
    say(`A micro ran under gVisor (started and asked in ${Math.round(performance.now() - started)} ms)`)
  } finally {
    if (ground !== undefined && sandbox !== undefined) {
      await destroySandbox(ground.sandboxes, sandbox, { graceSeconds: 0 })
    }
    if (ground !== undefined) await tearDownNetwork(ground.docker, ground.instance)
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function ask(socketPath: string): Promise<string> {
  const answered = Promise.withResolvers<string>()
  request({ socketPath, path: '/', agent: false, timeout: 30_000 }, (response) => {
    text(response).then(answered.resolve, answered.reject)
  })
    .on('timeout', () => answered.reject(new Error('The micro under gVisor did not answer.')))
    .on('error', answered.reject)
    .end()
  return answered.promise
}
