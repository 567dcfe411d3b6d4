import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connectDocker, type Docker } from '../../../runner/docker/client.ts'
import { daemonFacts } from '../../../runner/docker/daemon.ts'
import { defaultLimits, type Limits } from '../../../contract/limits.ts'
import type { Launch } from '../../../contract/deployment.ts'
import { prepareRuntime } from '../../../runner/images/prepare.ts'
import type { Allowed } from '../../../runner/network/egress-allow.ts'
import { setUpNetwork, tearDownNetwork } from '../../../runner/network/set-up-network.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { listSandboxes } from '../../../runner/sandbox/list-sandboxes.ts'
import { openSandboxes } from '../../../runner/sandbox/open-sandboxes.ts'
import type { Phase, Sandbox, SandboxContext, SandboxSpec } from '../../../runner/sandbox/sandbox.ts'
import { startSandbox } from '../../../runner/sandbox/start-sandbox.ts'
import { findRuntime } from '../../../runtimes/catalogue.ts'

/** An instance of its own on the machine's Docker, with its own data folder, networks and firewall; it takes all of it away again. */
export interface Stage {
  readonly context: SandboxContext
  readonly docker: Docker
  readonly dataDir: string
  start(micro: Micro, options?: Options): Promise<Sandbox>
  /** What `start` would start. */
  spec(micro: Micro): Promise<SandboxSpec>
  close(): Promise<void>
}

interface Options {
  readonly startMs?: number
  readonly onPhase?: (phase: Phase) => unknown
  readonly signal?: AbortSignal
}

export interface Micro {
  readonly language?: 'node' | 'python'
  /** Path → content; `index.js` or `main.py` is the entry. */
  readonly files: Readonly<Record<string, string>>
  readonly command?: string
  readonly env?: Readonly<Record<string, string>>
  readonly limits?: Partial<Limits>
}

export const dockerSocket = process.env['DOCKER_HOST']?.replace('unix://', '') ?? '/var/run/docker.sock'

/** Which isolations this machine can be asked for. What is missing is said on the console, never passed over in silence. */
export async function isolationsHere(): Promise<('runc' | 'gvisor')[]> {
  const { runtimes } = await daemonFacts(connectDocker(dockerSocket))
  if (runtimes.includes('runsc')) return ['runc', 'gvisor']
  console.warn(
    'SKIPPED: everything under gVisor, because the Docker daemon knows no runtime runsc (npm run install-gvisor)',
  )
  return ['runc']
}

export async function openStage(setting: 'runc' | 'gvisor', allow: readonly Allowed[] = []): Promise<Stage> {
  const docker = connectDocker(dockerSocket)
  const dataDir = await mkdtemp(join(tmpdir(), 'mp-'))
  // The gateway's user passes through it.
  await chmod(dataDir, 0o711)
  const instance = dataDir.slice(-6).toLowerCase()
  const network = await setUpNetwork(docker, { instance, dataDir, dns: [], allow, builderAllow: [] })
  const { context } = await openSandboxes({
    docker,
    instance,
    dataDir,
    setting,
    network: network.sandbox,
    resolvConf: network.resolvConf,
    gatewayGid: 64_001,
  })
  let count = 0
  const spec = (micro: Micro) => specFor({ docker, dataDir, micro, name: `d${++count}` })
  return {
    context,
    docker,
    dataDir,
    spec,
    async start(micro, { startMs, onPhase = () => {}, signal = new AbortController().signal } = {}) {
      const options = { signal, onPhase, ...(startMs === undefined ? {} : { startMs }) }
      return startSandbox(context, await spec(micro), options)
    },
    async close() {
      for (const { sandbox } of await listSandboxes(context))
        await destroySandbox(context, sandbox, { graceSeconds: 0 })
      await tearDownNetwork(docker, instance)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function specFor(of: { docker: Docker; dataDir: string; micro: Micro; name: string }): Promise<SandboxSpec> {
  const { micro, name, docker, dataDir } = of
  const language = micro.language ?? 'node'
  const appDir = join(dataDir, 'apps', name)
  for (const [path, content] of Object.entries(micro.files)) {
    await mkdir(dirname(join(appDir, path)), { recursive: true })
    await writeFile(join(appDir, path), content)
  }
  const launch: Launch =
    micro.command === undefined
      ? { kind: 'loader', language, entry: language === 'node' ? 'index.js' : 'main.py' }
      : { kind: 'command', language, command: micro.command }
  return {
    deploymentId: name,
    micro: 'hello',
    image: await imageOf(docker, language),
    launch,
    language,
    appDir,
    env: micro.env ?? {},
    limits: { ...defaultLimits, ...micro.limits },
  }
}

async function imageOf(docker: Docker, language: 'node' | 'python'): Promise<string> {
  const runtime = findRuntime(language === 'node' ? 'nodejs24' : 'python3.13')
  if (runtime === undefined) throw new Error('the catalogue lacks the newest runtimes')
  // The images are the machine's: what is known about them is not learned anew in each test's folder.
  const images = await prepareRuntime({ docker, dataDir: join(tmpdir(), 'micropush-test-runtimes') }, runtime, {
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  return images.sandbox
}

/** A request as the gateway makes it: over the sandbox's socket. */
export async function ask(sandbox: Sandbox, path = '/'): Promise<{ status: number; body: string }> {
  const answered = Promise.withResolvers<{ status: number; body: string }>()
  request({ socketPath: sandbox.socket, path, agent: false, timeout: 60_000 }, (response) => {
    text(response).then((body) => answered.resolve({ status: response.statusCode ?? 0, body }), answered.reject)
  })
    .on('error', answered.reject)
    .end()
  return answered.promise
}

/** An app that runs what it is sent: the body of an async function that returns something JSON can hold. */
export const probe: Micro = {
  files: {
    'index.js': `
      const AsyncFunction = (async () => {}).constructor
      module.exports = (req, res) => {
        let code = ''
        req.on('data', (data) => { code += data })
        req.on('end', async () => {
          try {
            const value = await new AsyncFunction('require', code)(require)
            res.end(JSON.stringify({ value }))
          } catch (error) {
            res.end(JSON.stringify({ error: error.code || error.message }))
          }
        })
      }`,
  },
}

/** Runs code in a sandbox with the `probe` micro. @returns what it returned, or its error's code. */
export async function runInside(sandbox: Sandbox, code: string): Promise<{ value?: unknown; error?: string }> {
  const answered = Promise.withResolvers<{ value?: unknown; error?: string }>()
  request({ socketPath: sandbox.socket, method: 'POST', agent: false, timeout: 60_000 }, (response) => {
    text(response).then((body) => answered.resolve(JSON.parse(body)), answered.reject)
  })
    .on('error', answered.reject)
    .end(code)
  return answered.promise
}
