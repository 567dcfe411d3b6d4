import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { MicropushError } from '../contract/errors.ts'
import { ensurePrograms, findProgram } from './packages.ts'
import { say } from './say.ts'

const DAEMON_LOG = '/var/log/micropush-dockerd.log'
const START_DEADLINE_MS = 60_000

/** The version of the Docker daemon behind a socket, or nothing when none answers. A `docker` client on the path proves nothing. */
export async function dockerVersion(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/version', timeout: 5000 }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        try {
          resolve((JSON.parse(body) as { Version?: string }).Version)
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

/**
 * Makes sure that a Docker daemon answers: starts it where it is installed, installs it where we may.
 *
 * @returns its version.
 * @throws MicropushError `setup-incomplete`, saying what to do.
 */
export async function ensureDocker(socketPath: string): Promise<string> {
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
  spawn(dockerd, [], { detached: true, stdio: ['ignore', log, log] }).unref()
}
