import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Launch } from '../../../contract/deployment.ts'
import type { Language } from '../../../runtimes/catalogue.ts'
import { paths, runtimeEnvironment } from '../../../runtimes/launch.ts'
import { builderContainer, type BuilderMount } from '../builder/builder-container.ts'
import { builderUid } from '../builder/builder-uid.ts'
import { runWatched } from '../builder/run-watched.ts'
import type { BuildContext } from '../build.ts'
import { artifactDir } from '../store/artifact-store.ts'
import type { CacheOf } from './cache-name.ts'

export type WarmUpContext = Pick<BuildContext, 'docker' | 'instance' | 'dataDir' | 'isolation'>

export interface WarmUp extends CacheOf {
  readonly deploymentId: string
  readonly signal: AbortSignal
}

const DEADLINE_MS = 30_000
const WRITTEN_BYTES = 256 * 1024 * 1024

const scripts: Readonly<Record<Language, string>> = {
  node: `exec node ${paths.nodeWarmUp} "$1"`,
  python: `exec python3 -I -B ${paths.pythonWarmUp} ${paths.app} ${paths.cache}`,
}

/**
 * Lets a container fill a folder with an app's compiled code. It has a builder's bounds, and neither network nor secrets.
 *
 * @param workDir a folder of the warm-up's own
 * @returns the folder with what was written, as the app left it.
 */
export async function compile(
  context: WarmUpContext,
  warm: WarmUp & { readonly launch: Extract<Launch, { kind: 'loader' }> },
  workDir: string,
): Promise<string> {
  const { language, entry } = warm.launch
  const uid = builderUid()
  const cache = await ownFolder(join(workDir, 'cache'), uid)
  const tmp = await ownFolder(join(workDir, 'tmp'), uid)
  const spec = builderContainer({
    image: warm.image,
    isolation: context.isolation,
    instance: context.instance,
    kind: 'warm-up',
    deploymentId: warm.deploymentId,
    network: 'none',
    uid,
    script: scripts[language],
    argument: `${paths.app}/${entry}`,
    env: {
      ...warm.env,
      ...runtimeEnvironment(language),
      PORT: '8000',
      DETA_RUNTIME: 'true',
      MICROPUSH_CACHE: paths.cache,
    },
    workingDir: paths.app,
    mounts: [
      ...sourceMounts(context.dataDir, warm),
      { from: cache, to: paths.cache, access: 'writable' },
      { from: tmp, to: '/tmp', access: 'writable' },
    ],
  })
  await runWatched(context.docker, spec, {
    dir: workDir,
    maxBytes: WRITTEN_BYTES,
    signal: warm.signal,
    deadlineMs: DEADLINE_MS,
    // Nobody waits for what it says.
    onOutput: () => {},
  })
  return cache
}

async function ownFolder(folder: string, uid: number): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chown(folder, uid, uid)
  return folder
}

function sourceMounts(dataDir: string, { artifacts, launch }: WarmUp): BuilderMount[] {
  const from = (kind: 'app' | 'dependencies', name: string) => artifactDir({ dataDir, kind, name })
  const app = { from: from('app', artifacts.app), to: paths.app, access: 'read-only' } as const
  if (artifacts.dependencies === undefined) return [app]
  const to = launch.language === 'node' ? paths.nodeModules : paths.pythonDependencies
  return [app, { from: from('dependencies', artifacts.dependencies), to, access: 'read-only' }]
}
