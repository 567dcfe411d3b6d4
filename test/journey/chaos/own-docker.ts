import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectDocker } from '../../../runner/docker/client.ts'
import { prepareRuntime, referencesOf } from '../../../runner/images/prepare.ts'
import { findRuntime } from '../../../runtimes/catalogue.ts'
import { createPart, type Part } from '../support/part.ts'

const run = promisify(execFile)
const MACHINES_OWN = '/var/run/docker.sock'
const READY_MS = 60_000

/** A Docker daemon that nobody else uses, so that it can be killed. */
export interface OwnDocker extends AsyncDisposable {
  readonly part: Part
  /** For the environment of what is to use it. */
  readonly host: string
  /** Before the command of what sets up networks for it: both live in a network namespace of their own. */
  readonly inside: readonly string[]
  ready(): Promise<void>
}

/**
 * Starts a second Docker daemon beside the machine's, with data, containerd, sockets and a network namespace of its own: bridges, addresses
 * and firewall rules of the two never meet. Micros are reached by unix sockets, so nothing has to be let in or out.
 */
export async function startOwnDocker(runtimeName: string): Promise<OwnDocker> {
  const home = await mkdtemp(join(tmpdir(), 'mp-docker-'))
  const namespace = `mp${randomBytes(4).toString('hex')}`
  await run('ip', ['netns', 'add', namespace])
  // Unlike `ip netns exec` this leaves the mounts alone: the daemon needs the host's cgroups.
  const inside = ['nsenter', `--net=/run/netns/${namespace}`]
  await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  const socket = join(home, 'docker.sock')
  const host = `unix://${socket}`
  const containerd = join(home, 'containerd.sock')
  await writeFile(join(home, 'containerd.toml'), 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
  // A process of its own, as every distribution's unit of Docker has it: it outlives the daemon, and so do the containers.
  const below = createPart({
    name: 'containerd',
    command: [
      'containerd',
      `--config=${join(home, 'containerd.toml')}`,
      `--address=${containerd}`,
      `--root=${join(home, 'containerd')}`,
      `--state=${join(home, 'state')}`,
    ],
    env: {},
    logFile: join(home, 'containerd.log'),
  })
  const part = createPart({
    name: 'dockerd',
    command: [
      'nsenter',
      `--net=/run/netns/${namespace}`,
      'dockerd',
      `--data-root=${join(home, 'data')}`,
      `--exec-root=${join(home, 'exec')}`,
      `--pidfile=${join(home, 'pid')}`,
      `--containerd=${containerd}`,
      `--host=${host}`,
    ],
    env: {},
    logFile: join(home, 'log'),
  })
  const docker: OwnDocker = {
    part,
    host,
    inside,
    ready: () => answers(host, join(home, 'log')),
    async [Symbol.asyncDispose]() {
      await part.kill('SIGTERM')
      await below.kill('SIGTERM')
      await run('ip', ['netns', 'delete', namespace])
      await unmountBelow(home)
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
  below.start()
  part.start()
  try {
    await docker.ready()
    await bringImages(runtimeName, host)
    return docker
  } catch (error) {
    await docker[Symbol.asyncDispose]()
    throw error
  }
}

async function answers(host: string, logFile: string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await sleep(100)) {
    try {
      await access(host.replace('unix://', ''))
      await run('docker', ['--host', host, 'version'])
      return
    } catch (cause) {
      if (Date.now() < deadline) continue
      const log = await readFile(logFile, 'utf8').catch(() => '')
      throw new Error(`the second Docker daemon does not answer:\n${log.slice(-2000)}`, { cause })
    }
  }
}

/** The runtime's sandbox, copied from the machine's own daemon. Nothing is installed or built, so its name does for the builder too. */
async function bringImages(name: string, host: string): Promise<void> {
  const runtime = findRuntime(name)
  if (runtime === undefined) throw new Error(`no runtime ${name}`)
  const docker = connectDocker(MACHINES_OWN)
  const context = { docker, dataDir: tmpdir() }
  const { sandbox, builder } = await prepareRuntime(context, runtime, {
    signal: AbortSignal.timeout(15 * 60_000),
    onProgress: (text) => console.log(text),
  })
  const others = (await referencesOf(runtime)).filter((one) => one !== sandbox)
  await run('sh', [
    '-c',
    'docker --host "$1" save "$2" | docker --host "$3" load',
    'sh',
    `unix://${MACHINES_OWN}`,
    sandbox,
    host,
  ])
  for (const one of new Set([builder, ...others])) await run('docker', ['--host', host, 'tag', sandbox, one])
}

/** What containers that were killed with their daemon have left mounted. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  for (const mount of mounts.filter((one) => one.startsWith(`${folder}/`)).toReversed()) {
    await run('umount', ['--lazy', mount]).catch(() => undefined)
  }
}
