import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, promisify } from 'node:util'
import { connectDocker, type Docker } from '../runner/docker/client.ts'
import { runProbe } from '../runner/docker/probe.ts'

const run = promisify(execFile)

/** The last version this was measured with; Go's proxy refuses gVisor's branch names, a pseudo-version works. */
const VERSION = 'v0.0.0-20260905035102-160fafc42237'
const INSTALLED = '/usr/local/bin/runsc'
const BUILD_MS = 20 * 60_000
const RELOAD_MS = 10_000

/**
 * What dockerd is told. `systrap` needs no /dev/kvm; `--host-uds=all` lets a sandbox make and use sockets in a folder that the
 * host shares with it, which is how requests come in; the last one silences a warning about helper binaries that only
 * packaged releases bring along. Source: `runsc flags`.
 */
const REGISTRATION = {
  path: INSTALLED,
  runtimeArgs: [
    '--platform=systrap',
    '--host-uds=all',
    '--sidecar-usage-policy=LEGACY_DEPRECATED_SLOW_EMBEDDED_FALLBACK',
  ],
}

/** Makes Docker know the runtime `runsc`: finds or builds it, registers it, and runs one container under it. */
async function installGvisor(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error('Installing gVisor changes /etc/docker and /usr/local/bin: run it as root.')
  }
  const docker = connectDocker(dockerSocket())
  await docker.ping().catch((cause: unknown) => {
    throw new Error('No Docker daemon answers. Start it first: `npm start` does, or `service docker start`.', { cause })
  })
  await provideBinary()
  const changed = await register(await daemonConfigPath())
  if (changed || !(await knowsRunsc(docker))) await reload(docker)
  await prove(docker)
  say('gVisor is ready: micros started from now on get a kernel of their own (MICROPUSH_SANDBOX=auto or gvisor).')
}

async function provideBinary(): Promise<void> {
  if (await works(INSTALLED)) {
    say(`runsc is at ${INSTALLED}`)
    return
  }
  const found = await firstThatWorks(candidates())
  const binary = found ?? (await buildWithGo())
  say(`Copying ${binary} to ${INSTALLED}`)
  await mkdir(dirname(INSTALLED), { recursive: true })
  // By a rename, so that a runsc in use is neither refused as busy nor seen half-written.
  await copyFile(binary, `${INSTALLED}.new`)
  await chmod(`${INSTALLED}.new`, 0o755)
  await rename(`${INSTALLED}.new`, INSTALLED)
}

function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders, goBin()].map((folder) => join(folder, 'runsc'))
}

function goBin(): string {
  return process.env['GOBIN'] ?? join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin')
}

async function firstThatWorks(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await works(path)) return path
  }
  return undefined
}

async function works(binary: string): Promise<boolean> {
  const answer = await run(binary, ['--version'], { timeout: 10_000 }).catch(() => undefined)
  return answer?.stdout.includes('runsc') ?? false
}

async function buildWithGo(): Promise<string> {
  const go = await firstGo()
  say('Building runsc with Go: about 2 minutes and 1 GB of downloads and build cache')
  const started = Date.now()
  // A cgo build cannot re-execute itself in its empty root and dies with `waiting for sandbox to start: EOF`.
  const env = { ...process.env, CGO_ENABLED: '0' }
  await run(go, ['install', `gvisor.dev/gvisor/runsc@${VERSION}`], { env, timeout: BUILD_MS }).catch(
    (cause: unknown) => {
      throw new Error(`Go could not build runsc ${VERSION}: ${firstLines(cause)}`, { cause })
    },
  )
  say(`Built runsc in ${Math.round((Date.now() - started) / 1000)} s`)
  return join(goBin(), 'runsc')
}

async function firstGo(): Promise<string> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    if (await run(go, ['version'], { timeout: 10_000 }).catch(() => undefined)) return go
  }
  throw new Error(
    `Neither runsc nor Go was found. Either install the package from https://gvisor.dev/docs/user_guide/install/, or install Go 1.26 or newer (https://go.dev/dl/) and run this again. Until then micros run in hardened containers (runc).`,
  )
}

/** The file dockerd reads; asked of the running daemon, because its command line may name another one. */
async function daemonConfigPath(): Promise<string> {
  const pid = await daemonPid()
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
  const at = words.findIndex((word) => word === '--config-file' || word.startsWith('--config-file='))
  const value = words[at]?.includes('=') ? words[at].slice('--config-file='.length) : words[at + 1]
  return at === -1 || !value ? '/etc/docker/daemon.json' : value
}

async function daemonPid(): Promise<number> {
  const text = await readFile('/var/run/docker.pid', 'utf8').catch(() => '')
  const pid = Number(text)
  if (!Number.isInteger(pid) || pid <= 1) {
    throw new Error(
      'dockerd has no pid file at /var/run/docker.pid: it cannot be told to read its configuration again.',
    )
  }
  return pid
}

/** Writes our runtime into dockerd's configuration and keeps everything else; false when it was there. */
async function register(path: string): Promise<boolean> {
  const config = await readConfig(path)
  const runtimes = isRecord(config['runtimes']) ? config['runtimes'] : {}
  if (isDeepStrictEqual(runtimes['runsc'], REGISTRATION)) return false
  say(`Registering runsc in ${path}`)
  const merged = { ...config, runtimes: { ...runtimes, runsc: REGISTRATION } }
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => 0o644,
  )
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, `${JSON.stringify(merged, undefined, 2)}\n`, { mode })
  await rename(`${path}.new`, path)
  return true
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (cause) {
    throw new Error(`${path} is not JSON; it was left as it is. Mend it and run this again.`, { cause })
  }
  if (!isRecord(config)) throw new Error(`${path} must hold one JSON object; it was left as it is.`)
  return config
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** SIGHUP makes dockerd read its runtimes again; running containers are not touched. */
async function reload(docker: Docker): Promise<void> {
  process.kill(await daemonPid(), 'SIGHUP')
  const deadline = Date.now() + RELOAD_MS
  while (Date.now() < deadline) {
    if (await knowsRunsc(docker)) return
    await delay(100)
  }
  throw new Error('dockerd was told to read its configuration again, but does not list runsc. Its log says why.')
}

async function knowsRunsc(docker: Docker): Promise<boolean> {
  const info: unknown = await docker.info()
  const runtimes = isRecord(info) ? info['Runtimes'] : undefined
  return isRecord(runtimes) && 'runsc' in runtimes
}

async function prove(docker: Docker): Promise<void> {
  const started = Date.now()
  const code = await runProbe(docker, 'runsc')
  if (code !== 0) throw new Error(`A container under runsc ended with exit code ${code}; dockerd's log says why.`)
  say(`A container ran under gVisor in ${Date.now() - started} ms`)
}

function dockerSocket(): string {
  return (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace('unix://', '')
}

function firstLines(thrown: unknown): string {
  const text = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr) : String(thrown)
  return text.trim().split('\n').slice(-5).join('\n')
}

function say(text: string): void {
  console.log(text)
}

/** `--if-possible` is for the tests: where gVisor cannot be had they run without it, and say so. */
async function main(isOptional: boolean): Promise<void> {
  try {
    await installGvisor()
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    console.error(isOptional ? `! Nothing is tested under gVisor on this machine: ${words}` : words)
    process.exitCode = isOptional ? 0 : 1
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.includes('--if-possible'))
