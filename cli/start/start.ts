import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureSetupToken, githubAppFile, setupLink } from '../../contract/github-app.ts'
import { openStore } from '../../contract/store/connect.ts'
import type { Settings } from '../../contract/settings.ts'
import { useDocker } from '../../setup/docker.ts'
import { ensureRequirements } from '../../setup/requirements.ts'
import { say } from '../../setup/say.ts'
import { hasAppInEnvironment, readSettings } from '../env.ts'
import { run } from '../run.ts'
import { supervise, type ProcessSpec, type Supervised } from '../supervise.ts'
import { awaitFile } from './await-file.ts'
import { awaitHealth } from './await-health.ts'
import { takeInstance } from './instance.ts'
import { pushExample } from './push-example.ts'
import { awaitDeployment, deploymentTable } from './report-deployment.ts'
import * as services from './services.ts'

const EXAMPLES = ['hello-node', 'hello-python'] as const
const EXAMPLE_RUNTIMES = ['nodejs24', 'python3.13'] as const
const EXAMPLE_OWNER = 'demo'
const examplesDir = join(import.meta.dirname, '..', '..', 'examples')

/**
 * `npm start`: everything from a bare machine to two live micros, then in the foreground until `signal` says to stop.
 *
 * @param github the GitHub that is asked for, as in `MICROPUSH_GITHUB`, whatever the environment says.
 */
export async function start(signal: AbortSignal, github?: string): Promise<void> {
  const settings = readSettings()
  await ensureRequirements()
  await using docker = await useDocker(settings.dockerSocket)
  say(`✓ Docker Engine ${docker.version}`)
  const app = github !== undefined || usesGitHub(settings)
  await using _instance = await takeInstance(settings, portsOf(settings, app))
  await using processes = startProcesses(() => run(services.oneShot('runner/clear.ts', [])))

  const ownRedis = services.isOwnRedis(settings)
  if (ownRedis) processes.start(services.redisService(settings))
  await run(services.oneShot('runner/images/main.ts', [...EXAMPLE_RUNTIMES]), { onLine: say, stdout: 'lines', signal })
  say(`✓ Images of ${EXAMPLE_RUNTIMES.join(' and ')}`)
  if (ownRedis) await awaitFile(settings.redis, signal)
  if (!app) processes.start(services.forgeService(settings))
  processes.start(services.runnerService(settings))
  processes.start(services.gatewayService(settings))
  if (!app) await awaitFile(join(settings.dataDir, 'forge', 'app.json'), signal)
  processes.start(app ? services.botService(settings, github) : await services.botServiceForForge(settings))
  const health = await awaitHealth(settings, signal)
  say(`✓ Sandbox: ${health.sandbox?.means ?? 'unknown'}`)
  for (const line of addresses(settings, app)) say(line)

  if (!app) await deployExamples(settings, signal)
  say()
  if (health.isConnected) say('Ready. Ctrl-C stops all of it.')
  else {
    say('Not connected to GitHub yet. Open this link, it works once:')
    say(`  ${setupLink(settings.botUrl, await ensureSetupToken(settings.dataDir))}`)
    say('Everything else is ready. Ctrl-C stops all of it.')
  }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Whether there is an App of a real GitHub, or one is asked for; otherwise the forge takes GitHub's place. */
function usesGitHub(settings: Settings): boolean {
  return hasAppInEnvironment() || settings.github !== undefined || existsSync(githubAppFile(settings.dataDir))
}

function portsOf(settings: Settings, app: boolean) {
  const forge = { host: '127.0.0.1', port: settings.forgePort, variable: 'MICROPUSH_FORGE_PORT' }
  return [
    ...(app ? [] : [forge]),
    { host: settings.botHost, port: settings.botPort, variable: 'MICROPUSH_BOT_PORT' },
    { host: settings.gatewayHost, port: settings.gatewayPort, variable: 'MICROPUSH_GATEWAY_PORT' },
  ]
}

function addresses(settings: Settings, app: boolean): string[] {
  const micros = `✓ Micros are served at http://<micro>--<owner>.${settings.domain}`
  const bot = `✓ Bot on http://${settings.botHost}:${settings.botPort} (webhooks: POST /api/github/webhooks; health: GET /healthz)`
  const forge = `✓ Forge, in GitHub's place: git push http://127.0.0.1:${settings.forgePort}/<owner>/<repo>.git`
  return app ? [bot, micros] : [forge, bot, micros]
}

async function deployExamples(settings: Settings, signal: AbortSignal): Promise<void> {
  const store = openStore(settings)
  try {
    const deployments = []
    for (const name of EXAMPLES) {
      const repository = `${EXAMPLE_OWNER}/${name}`
      const remote = `http://127.0.0.1:${settings.forgePort}/${repository}.git`
      const example = { folder: examplesDir, name, workDir: join(settings.dataDir, 'examples'), remote }
      const deployed = async (attempt: 'first' | 'again') => {
        const { sha, pushed } = await pushExample({ ...example, attempt }, (line) => say(`  ${line.trimEnd()}`))
        if (pushed) say(`✓ Pushed examples/${name} to ${remote}`)
        return awaitDeployment(store, { settings, repository, sha, signal })
      }
      const deployment = await deployed('first')
      // A commit that failed at an earlier start is not pushed again by itself: the forge has it already.
      deployments.push(deployment.state === 'live' ? deployment : await deployed('again'))
    }
    say()
    for (const line of deploymentTable(deployments)) say(line)
  } finally {
    store.redis.disconnect()
  }
}

/** Processes that are stopped in the opposite order of their start, and the sandboxes after them. */
function startProcesses(clear: () => Promise<unknown>): AsyncDisposable & { start(spec: ProcessSpec): void } {
  const running: Supervised[] = []
  return {
    start: (spec) => void running.push(supervise(spec, say)),
    async [Symbol.asyncDispose]() {
      if (running.length === 0) return
      say('Stopping …')
      for (const one of running.toReversed()) await one.stop()
      await clear()
      say('Stopped; what was pushed is kept for the next start.')
    },
  }
}
