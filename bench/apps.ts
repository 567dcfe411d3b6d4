import { cp, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../cli/run.ts'
import type { Deployment } from '../contract/deployment.ts'
import type { Repository } from '../test/journey/support/repository.ts'
import type { Stack } from '../test/journey/support/stack.ts'
import type { Isolation } from './options.ts'
import type { BareApp } from './peers/bare.ts'
import type { PlainApp } from './peers/plain-container.ts'
import { liveDeployment } from './seed.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
export const OWNER = 'bench'

/** What the bench deploys: the micro, and the same files as people start them without a platform. */
export interface App {
  readonly title: string
  readonly folder: string
  readonly language: 'node' | 'python'
}

export const apps = {
  hello: { title: 'hello', folder: 'hello', language: 'node' },
  express: { title: 'Express', folder: 'app', language: 'node' },
  fastapi: { title: 'FastAPI', folder: 'fastapi', language: 'python' },
  pandas: { title: 'FastAPI + pandas', folder: 'pandas', language: 'python' },
} as const satisfies Record<string, App>

export interface Deployed {
  readonly repository: Repository
  readonly deployment: Deployment
  readonly host: string
}

/** Pushes an app and waits until it is live; `config` is added to its micro.yml. */
export async function deploy(stack: Stack, app: App, config = ''): Promise<Deployed> {
  const fullName = `${OWNER}/${app.folder}`
  const repository = await stack.repository(fullName)
  await repository.copyFrom(join(fixtures, app.folder))
  const runtime = app.language === 'node' ? 'nodejs24' : await hostPython()
  await repository.write({ 'micro.yml': `v: 1\nname: ${app.folder}\nruntime: ${runtime}\n${config}` })
  const sha = await repository.commit()
  await repository.push()
  const outcome = await stack.outcome(fullName, sha, `micropush/${app.folder}`)
  if (outcome.state !== 'success') throw new Error(`${app.folder} was not deployed: ${outcome.description}`)
  const deployment = await liveDeployment(stack, fullName, app.folder)
  return { repository, deployment, host: stack.host(`${app.folder}--${OWNER}`) }
}

/** The app outside any container: with the dependencies that the micro has, and the language that the host has. */
export async function bareApp(stack: Stack, app: App, { outcome }: Deployment): Promise<BareApp> {
  const cwd = await mkdtemp(join(stack.dataDir, 'bare-app-'))
  await cp(join(fixtures, app.folder), cwd, { recursive: true })
  const installed = dependenciesOf(stack, outcome)
  if (app.language === 'node') {
    if (installed !== undefined) await cp(installed, join(cwd, 'node_modules'), { recursive: true })
    return { command: [process.execPath, join(fixtures, 'serve.cjs')], cwd }
  }
  const path = join(cwd, 'site-packages')
  if (installed !== undefined) await cp(installed, path, { recursive: true })
  const command = ['python3', '-m', 'uvicorn', 'main:app', '--uds', '$SOCKET', '--log-level', 'warning'] as const
  return { command: [...command], cwd, env: { PYTHONPATH: path } }
}

/** The app in a container as everybody can have one, from the very image that its sandbox has. */
export async function plainApp(
  stack: Stack,
  of: { app: App; deployment: Deployment; isolation: Isolation },
): Promise<PlainApp> {
  const { app, deployment, isolation } = of
  const bare = await bareApp(stack, app, deployment)
  const image = await imageOf(deployment.outcome.runtime ?? '')
  const common = { image, runtime: isolation === 'gvisor' ? 'runsc' : 'runc' } as const
  if (app.language === 'node') {
    const mounts = { [bare.cwd]: '/bench/app', [join(fixtures, 'serve.cjs')]: '/bench/serve.cjs' }
    return { ...common, mounts, command: ['sh', '-c', 'cd /bench/app && exec node /bench/serve.cjs'] }
  }
  const uvicorn = 'cd /bench/app && exec python3 -m uvicorn main:app --uds "$SOCKET" --log-level warning'
  return {
    ...common,
    mounts: { [bare.cwd]: '/bench/app' },
    command: ['sh', '-c', uvicorn],
    env: ['PYTHONPATH=/bench/app/site-packages'],
  }
}

function dependenciesOf(stack: Stack, { artifacts }: Deployment['outcome']): string | undefined {
  return artifacts?.dependencies === undefined
    ? undefined
    : join(stack.dataDir, 'artifacts', 'dependencies', artifacts.dependencies)
}

/** Bare and contained Python are to be the same version. */
async function hostPython(): Promise<string> {
  const version = await run(['python3', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
  return `python${version.trim()}`
}

async function imageOf(runtime: string): Promise<string> {
  const listed = await run(['docker', 'images', '--format', '{{.Repository}}:{{.Tag}}', `micropush/${runtime}`])
  return listed.split('\n')[0] ?? ''
}
