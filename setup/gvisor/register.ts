import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Docker } from '../../runner/docker/client.ts'
import { WAITING_RUNTIME } from '../../runner/sandbox/container/isolation.ts'
import { say } from '../say.ts'

const RELOAD_MS = 10_000

/**
 * What runsc is told. `systrap` needs no /dev/kvm; `--host-uds=all` lets a sandbox make and use sockets in a folder that the
 * host shares with it, which is how requests come in; the last one silences a warning about helper binaries that only
 * packaged releases bring along. Source: `runsc flags`.
 */
export const runscFlags = [
  '--platform=systrap',
  '--host-uds=all',
  '--sidecar-usage-policy=LEGACY_DEPRECATED_SLOW_EMBEDDED_FALLBACK',
] as const

/** The OCI runtimes that dockerd is told of: gVisor as it is, and containers that wait for what is to run in them under it. */
interface Registered {
  readonly runsc: string
  readonly waiting: string
}

function registration({ runsc, waiting }: Registered) {
  return {
    runsc: { path: runsc, runtimeArgs: [...runscFlags] },
    // Docker gives a runtime without arguments no wrapper of its own.
    [WAITING_RUNTIME]: { path: waiting },
  }
}

/**
 * Makes the running daemon know our runtimes; its containers and the rest of its configuration stay as they are.
 *
 * @throws Error in words for the operator.
 */
export async function registerRunsc(docker: Docker, of: Registered): Promise<void> {
  const changed = await writeRegistration(await daemonConfigPath(), of)
  if (changed || !(await knowsOurs(docker))) await reload(docker)
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

/** Writes our runtimes into dockerd's configuration and keeps everything else; false when they were there. */
export async function writeRegistration(path: string, of: Registered): Promise<boolean> {
  const config = await readConfig(path)
  const runtimes = isRecord(config['runtimes']) ? config['runtimes'] : {}
  const wanted = { ...runtimes, ...registration(of) }
  if (isDeepStrictEqual(runtimes, wanted)) return false
  say(`Registering runsc in ${path}`)
  const merged = { ...config, runtimes: wanted }
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
    if (await knowsOurs(docker)) return
    await delay(100)
  }
  throw new Error('dockerd was told to read its configuration again, but does not list runsc. Its log says why.')
}

async function knowsOurs(docker: Docker): Promise<boolean> {
  const info: unknown = await docker.info()
  const runtimes = isRecord(info) ? info['Runtimes'] : undefined
  return isRecord(runtimes) && 'runsc' in runtimes && WAITING_RUNTIME in runtimes
}
