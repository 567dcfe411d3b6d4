import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { MicropushError } from '../../contract/errors.ts'
import { formatSize } from '../../contract/text/format-size.ts'
import { parseJson } from '../../contract/text/parse-json.ts'
import { artifactDir, publishArtifact, useArtifact, writeWhole } from './store/artifact-store.ts'
import type { Build, BuildResult } from './build.ts'
import type { BuilderMount } from './builder/builder-container.ts'
import { assertDependenciesFit } from './store/dependencies-fit.ts'
import {
  dependenciesFolder,
  diskBound,
  installLayer,
  noteRemoved,
  runInstall,
  writeInputs,
  sealDependencies,
  type Layer,
} from './store/install-layer.ts'
import { leaveOut, readIgnored } from './ignore/leave-out.ts'
import { digest, type InstallPlan } from './plan/install-plan.ts'
import { appName, keepSource, makeMountPoint } from './keep-source.ts'
import { runBuilder } from './builder/run-builder.ts'
import { DiskBoundReached } from './builder/run-watched.ts'
import { sealTree } from './store/seal-tree.ts'
import { ownLibrary, PYTHON_LIBRARY } from './own-library.ts'
import { OWN_DETA } from './pip/pip-install.ts'
import { singleFlight } from './single-flight.ts'

/** What a build made, noted under the key of what it was made from. */
const record = z.object({
  app: z.string(),
  dependencies: z.string().optional(),
  sourceBytes: z.number(),
  dependencyBytes: z.number(),
})
type BuildRecord = Readonly<z.infer<typeof record>>

/** Grows when a build made by an older micropush is no longer what we would make. */
const RECIPE = 3

const flights = singleFlight()

/**
 * A micro whose files are not only its source: its `build` command ran, or its own install scripts, or its dependencies need its source.
 * The same source, command and dependencies are built once.
 *
 * @throws MicropushError as `buildMicro` says
 */
export async function makeBuild(build: Build, plan: InstallPlan | undefined): Promise<BuildResult> {
  const { config, source } = build
  const layer =
    plan === undefined || plan.wholeSource ? undefined : await installLayer(build, { plan, isFinal: plan.prune === '' })
  const key = digest([
    RECIPE,
    source.hash,
    build.image,
    config.build ?? '',
    config.legacy ?? '',
    config.env,
    layer?.name ?? plan?.install ?? '',
    (await readIgnored(build))?.key ?? '',
  ])
  const result = await flights.run<BuildResult>(`${build.dataDir} ${key}`, {
    signal: build.signal,
    ready: async () => {
      if (build.fresh === true) return undefined
      const known = await readRecord(build, key)
      return known === undefined ? undefined : resultOf(known, true)
    },
    work: async () => {
      const made = await make(build, plan, layer)
      const folder = join(build.dataDir, 'artifacts/builds')
      await mkdir(folder, { recursive: true })
      await writeWhole(join(folder, `${key}.json`), JSON.stringify(made))
      return resultOf(made, false)
    },
  })
  await assertLimits(build, plan, result)
  await assertEntry(build, result.artifacts.app)
  return result
}

/** What is taken from another micro's build, or from one of this micro with other limits, was judged by those. */
async function assertLimits(build: Build, plan: InstallPlan | undefined, result: BuildResult): Promise<void> {
  const { artifacts, sizes } = result
  const { sourceBytes, dependencyBytes: maxBytes } = build.config.limits
  if (sizes.sourceBytes > sourceBytes) throw sourceTooLarge(sizes.sourceBytes, sourceBytes)
  const { dependencies: name } = artifacts
  if (sizes.dependencyBytes <= maxBytes || name === undefined) return
  const kept = await useArtifact({ dataDir: build.dataDir, kind: 'dependencies', name })
  assertDependenciesFit(
    { bytes: sizes.dependencyBytes, packages: kept?.packages ?? [] },
    { maxBytes, inputs: plan?.inputs ?? {} },
  )
}

function sourceTooLarge(bytes: number, maxBytes: number): MicropushError {
  return new MicropushError(
    'source-too-large',
    `With what the build made the source takes ${formatSize(bytes)}, and ${formatSize(maxBytes)} are allowed.`,
  )
}

async function make(build: Build, plan: InstallPlan | undefined, layer: Layer | undefined): Promise<BuildRecord> {
  const { config } = build
  if (plan?.wholeSource === true) await installWhole(build, plan)
  if (config.build !== undefined) await runBuild(build, { plan, layer, command: config.build })
  const dependencies = await keepDependencies(build, plan, layer)
  const inside = dependencies !== undefined && plan?.language === 'node'
  const keepsApp = config.build !== undefined || plan?.keepsChanges === true
  const app = keepsApp ? await keepApp(build, inside) : await keepSource(build, { dependenciesInside: inside })
  return {
    app: app.name,
    sourceBytes: app.bytes,
    dependencyBytes: dependencies?.bytes ?? 0,
    ...(dependencies === undefined ? {} : { dependencies: dependencies.name }),
  }
}

/** A writable copy of the source; installed packages that were committed give way to those that are installed now. */
const COPY_SOURCE = 'cp -a --no-preserve=ownership /source/. /app/'

async function installWhole(build: Build, plan: InstallPlan): Promise<void> {
  const python = plan.language === 'python'
  await runInstall(build, plan, {
    mounts: [sourceMount(build), ...(python ? [await writeInputs(build, plan)] : [])],
    // Requirements as we read them, in an encoding that every pip reads; but package.json as it is, because its scripts count here.
    script: [COPY_SOURCE, python ? 'cp -R /inputs/. /app/' : 'rm -rf /app/node_modules', plan.install].join('\n'),
    env: build.config.env,
    maxBytes: diskBound(build, plan.prune === '') + 2 * build.source.bytes,
  })
}

interface BuildStep {
  readonly plan: InstallPlan | undefined
  readonly layer: Layer | undefined
  readonly command: string
}

async function runBuild(build: Build, { plan, layer, command }: BuildStep): Promise<void> {
  build.onDetail('Building')
  const node = build.runtime.language === 'node'
  const script = [
    ...(node ? [] : [OWN_DETA, PYTHON_LIBRARY]),
    ...(plan?.wholeSource === true ? [] : [COPY_SOURCE]),
    ...(layer !== undefined && node
      ? ['rm -rf /app/node_modules', 'cp -a --no-preserve=ownership /layer /app/node_modules']
      : []),
    'sh -euc "$1"',
    ...(plan?.prune ? [plan.prune] : []),
  ].join('\n')
  try {
    await runBuilder(build, {
      code: 'strangers',
      mounts: [
        sourceMount(build),
        await ownLibrary(build.dataDir, build.runtime.language),
        ...(layer === undefined ? [] : [layerMount(build, layer)]),
      ],
      script,
      argument: command,
      env: build.config.env,
      deadlineMs: build.buildMs,
      maxBytes: diskBound(build, false) + 2 * build.source.bytes,
      doing: 'The build',
      codes: { failed: 'build-failed', timedOut: 'build-timeout' },
    })
  } catch (error) {
    if (!(error instanceof DiskBoundReached)) throw error
    throw new MicropushError('build-failed', 'The build wrote more to the disk than it may, and was stopped.')
  }
}

function sourceMount(build: Build): BuilderMount {
  return { from: build.source.dir, to: '/source', access: 'read-only' }
}

/** Python's packages are used where they are; Node's are copied, because tools write caches and generated clients among them. */
function layerMount(build: Build, { name }: Layer): BuilderMount {
  const from = artifactDir({ dataDir: build.dataDir, kind: 'dependencies', name })
  return { from, to: build.runtime.language === 'node' ? '/layer' : '/dependencies', access: 'read-only' }
}

async function keepDependencies(
  build: Build,
  plan: InstallPlan | undefined,
  layer: Layer | undefined,
): Promise<{ name: string; bytes: number } | undefined> {
  if (plan === undefined) return undefined
  if (layer !== undefined && plan.language === 'python') {
    assertDependenciesFit(layer, { maxBytes: build.config.limits.dependencyBytes, inputs: plan.inputs })
    return layer
  }
  const sealed = await sealDependencies(build, { plan, isFinal: true, purpose: 'hash' })
  const name = sealed.hash ?? ''
  await publishArtifact({ dataDir: build.dataDir, kind: 'dependencies', name }, dependenciesFolder(build, plan), sealed)
  return { name, bytes: sealed.bytes }
}

/** What the build left in the micro's folder, but for its dependencies, which are an artifact of their own. */
async function keepApp(build: Build, dependenciesInside: boolean): Promise<{ name: string; bytes: number }> {
  const root = join(build.workDir, 'app')
  const request = { root, mountPoint: '/app', linksWithin: '/app' } as const
  const ignored = await readIgnored(build)
  if (ignored !== undefined) {
    // Its links and owners are set right before anything is done in it.
    noteRemoved(build, (await sealTree({ ...request, purpose: 'seal' })).removed)
    await leaveOut(build, root, ignored)
  }
  const sealed = await sealTree({ ...request, purpose: 'hash' })
  noteRemoved(build, sealed.removed)
  const { sourceBytes } = build.config.limits
  if (sealed.bytes > sourceBytes) throw sourceTooLarge(sealed.bytes, sourceBytes)
  const name = appName(sealed.hash ?? '', dependenciesInside)
  if (dependenciesInside) await makeMountPoint(root)
  await publishArtifact({ dataDir: build.dataDir, kind: 'app', name }, root, { bytes: sealed.bytes, packages: [] })
  return { name, bytes: sealed.bytes }
}

/** A record counts only while everything that it names is in the store; one that is cut short counts as none. */
async function readRecord({ dataDir }: Build, key: string): Promise<BuildRecord | undefined> {
  const text = await readFile(join(dataDir, 'artifacts/builds', `${key}.json`), 'utf8').catch(() => '')
  const { data: found } = record.safeParse(parseJson(text))
  if (found === undefined) return undefined
  const { app, dependencies: name } = found
  const [source, dependencies] = await Promise.all([
    useArtifact({ dataDir, kind: 'app', name: app }),
    name === undefined ? 'none' : useArtifact({ dataDir, kind: 'dependencies', name }),
  ])
  return source === undefined || dependencies === undefined ? undefined : found
}

function resultOf({ app, dependencies, sourceBytes, dependencyBytes }: BuildRecord, cached: boolean): BuildResult {
  return {
    artifacts: { app, ...(dependencies === undefined ? {} : { dependencies }) },
    sizes: { sourceBytes, dependencyBytes },
    cached,
  }
}

/** An entry file that was not in the source had to be made by the build. */
async function assertEntry({ dataDir, launch }: Build, name: string): Promise<void> {
  if (launch.kind !== 'loader') return
  const found = await stat(join(artifactDir({ dataDir, kind: 'app', name }), launch.entry)).catch(() => undefined)
  if (found?.isFile()) return
  throw new MicropushError(
    'entry-missing',
    `There is no file ${launch.entry} after the build. Name another with \`entry\`.`,
  )
}
