import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MicropushError } from '../contract/errors.ts'
import { ensurePrograms, findProgram } from './packages.ts'
import { say } from './say.ts'

const DAEMON_LOG = '/var/log/micropush-dockerd.log'
const START_DEADLINE_MS = 60_000
const STOP_DEADLINE_MS = 15_000
/** Which daemon is of our making, and who uses it: gone with the next boot, as the daemon is. */
const OURS = '/run/micropush'
const STARTED_PID = join(OURS, 'dockerd.pid')

/** The version of the Docker daemon behind a socket, or nothing when none answers. A `docker` client on the path proves nothing. */
async function dockerVersion(socketPath: string): Promise<string | undefined> {
  return ((await askDocker(socketPath, '/version')) as { Version?: string } | undefined)?.Version
}

/** The JSON of a GET, or nothing when there is no answer. */
async function askDocker(socketPath: string, path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path, timeout: 5000 }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        try {
          resolve(JSON.parse(body))
        } catch {
          resolve(undefined)
        }
      })
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(undefined))
    call.end()
  })
}

/** A Docker daemon that answers, for as long as one command needs it. */
export interface DockerUse extends AsyncDisposable {
  readonly version: string
}

/**
 * Makes sure that a Docker daemon answers: starts it where it is installed, installs it where we may. One that we started in the
 * place of an init system is stopped again by the last command of ours that uses it, unless containers of others run on it.
 *
 * @throws MicropushError `setup-incomplete`, saying what to do.
 */
export async function useDocker(socketPath: string): Promise<DockerUse> {
  // Before the daemon is looked at, so that nobody stops it between the look and the note.
  const leave = await enterUsers()
  const end = async () => {
    const others = await leave()
    if (others === 0) await stopOurs(socketPath)
  }
  try {
    return { version: await ensureDocker(socketPath), [Symbol.asyncDispose]: end }
  } catch (error) {
    await leave()
    throw error
  }
}

async function ensureDocker(socketPath: string): Promise<string> {
  const running = await dockerVersion(socketPath)
  if (running !== undefined) return running
  await ensurePrograms([
    { program: 'dockerd', package: 'docker.io', why: 'runs the sandboxes' },
    { program: 'iptables', package: 'iptables', why: 'keeps sandboxes from private networks' },
  ])
  const answered = await dockerVersion(socketPath)
  if (answered !== undefined) return answered
  if (process.getuid?.() !== 0) {
    throw new MicropushError(
      'setup-incomplete',
      `Docker is installed but no daemon answers on ${socketPath}. Start it (systemctl start docker) or run this as root.`,
    )
  }
  await startDaemon()
  const deadline = Date.now() + START_DEADLINE_MS
  while (Date.now() < deadline) {
    const version = await dockerVersion(socketPath)
    if (version !== undefined) return version
    await sleep(50)
  }
  throw new MicropushError(
    'setup-incomplete',
    `The Docker daemon was started but does not answer on ${socketPath}. Its log: ${DAEMON_LOG}`,
  )
}

async function startDaemon(): Promise<void> {
  if (existsSync('/run/systemd/system')) {
    say('The Docker daemon is not running: systemctl start docker')
    spawnSync('systemctl', ['start', 'docker'], { stdio: 'ignore' })
    return
  }
  const dockerd = await findProgram('dockerd')
  if (dockerd === undefined)
    throw new MicropushError('setup-incomplete', 'dockerd was installed but is not on the path.')
  say(`The Docker daemon is not running and there is no init system: starting dockerd (log: ${DAEMON_LOG})`)
  const log = openSync(DAEMON_LOG, 'a')
  // In a session of its own: it serves everything on this machine and outlives this command, as it would under an init system.
  const daemon = spawn(dockerd, [], { detached: true, stdio: ['ignore', log, log] })
  daemon.unref()
  await mkdir(OURS, { recursive: true })
  await writeFile(STARTED_PID, String(daemon.pid))
}

/** Notes that this process uses the daemon; the function given back takes the note away and counts those of others that still run. */
async function enterUsers(): Promise<() => Promise<number>> {
  const users = join(OURS, 'docker-users')
  await mkdir(users, { recursive: true }).catch(() => {})
  const mine = join(users, String(process.pid))
  // Without root there is nothing we could stop, so nothing to note.
  await writeFile(mine, '').catch(() => {})
  return async () => {
    await rm(mine, { force: true }).catch(() => {})
    const others = await readdir(users).catch(() => [])
    return others.filter((pid) => existsSync(`/proc/${pid}`)).length
  }
}

async function stopOurs(socketPath: string): Promise<void> {
  const pid = await readFile(STARTED_PID, 'utf8').catch(() => undefined)
  const running = await readFile('/var/run/docker.pid', 'utf8').catch(() => undefined)
  if (pid === undefined || pid.trim() !== running?.trim()) return
  const containers = await askDocker(socketPath, '/containers/json')
  if (containers === undefined || (containers as unknown[]).length > 0) return
  process.kill(Number(pid), 'SIGTERM')
  const deadline = Date.now() + STOP_DEADLINE_MS
  while (existsSync(`/proc/${pid.trim()}`) && Date.now() < deadline) await sleep(50)
  await rm(STARTED_PID, { force: true })
  say('Stopped the Docker daemon that was started for this.')
}
