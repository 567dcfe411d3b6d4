import { lstat, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MicropushError } from '../../../contract/errors.ts'
import { publishArtifact, useArtifact, type ArtifactRecord } from './artifact-store.ts'
import { byDistribution } from './by-distribution.ts'
import type { Build } from '../build.ts'
import type { BuilderMount } from '../builder/builder-container.ts'
import { assertDependenciesFit, dependenciesTooLarge } from './dependencies-fit.ts'
import { assertOwnDeta } from '../pip/own-wheels.ts'
import { lineAtFault } from '../plan/line-at-fault.ts'
import { layerKey, type InstallPlan } from '../plan/install-plan.ts'
import { runBuilder, type BuilderRun } from '../builder/run-builder.ts'
import { currentLayer, freshName, noteCurrentLayer } from './current-layer.ts'
import { DiskBoundReached } from '../builder/run-watched.ts'
import { sealTree, type SealRequest } from './seal-tree.ts'
import { singleFlight } from '../single-flight.ts'

/** Installed dependencies in the store. */
export interface Layer extends ArtifactRecord {
  readonly name: string
  /** Whether it was there already. */
  readonly cached: boolean
}

interface LayerRequest {
  readonly plan: InstallPlan
  /** It is what the micro will run with; else a build will take development dependencies away, and only then is its size judged. */
  readonly isFinal: boolean
}

const GB = 1024 ** 3
/** Packages that are kept on record, for the message about a layer that is too large. */
const RECORDED_PACKAGES = 10

/** Layers that are being installed by this process, by their folder. */
const flights = singleFlight()

/**
 * The dependency layer of a plan, from the store, or installed now. Two builds that want the same one install it once. A fresh build's has a
 * name of its own, because the one before may be in use; from then on it is the one of that plan.
 *
 * @throws MicropushError as `buildMicro` says
 */
export async function installLayer(build: Build, request: LayerRequest): Promise<Layer> {
  const { dataDir } = build
  const key = layerKey(request.plan, build.imageContent)
  const name = build.fresh === true ? freshName(key, build.deploymentId) : await currentLayer(dataDir, key)
  const layer = await layerOf(build, request, name)
  if (build.fresh === true) await noteCurrentLayer(dataDir, key, name)
  return layer
}

async function layerOf(build: Build, request: LayerRequest, name: string): Promise<Layer> {
  const artifact = { dataDir: build.dataDir, kind: 'dependencies', name } as const
  return flights.run<Layer>(`${build.dataDir} ${name}`, {
    signal: build.signal,
    ready: async () => {
      const record = await useArtifact(artifact)
      return record === undefined ? undefined : { ...record, name, cached: true }
    },
    work: async () => {
      await install(build, request)
      const record = await sealDependencies(build, { ...request, purpose: 'seal' })
      await publishArtifact(artifact, dependenciesFolder(build, request.plan), record)
      return { ...record, name, cached: false }
    },
  })
}

async function install(build: Build, { plan, isFinal }: LayerRequest): Promise<void> {
  await runInstall(build, plan, {
    mounts: [await writeInputs(build, plan)],
    script: `cp -R /inputs/. /app/\n${plan.install}`,
    env: {},
    maxBytes: diskBound(build, isFinal),
  })
}

/** Puts the inputs of a plan where a builder reads them. */
export async function writeInputs(build: Build, plan: InstallPlan): Promise<BuilderMount> {
  const from = join(build.workDir, 'inputs')
  await mkdir(from, { recursive: true })
  for (const [path, text] of Object.entries(plan.inputs)) {
    await mkdir(dirname(join(from, path)), { recursive: true })
    await writeFile(join(from, path), text, { mode: 0o644 })
  }
  return { from, to: '/inputs', access: 'read-only' }
}

/** Runs an install of any kind, and turns a disk bound that it reached into words about the packages that are there by then. */
export async function runInstall(
  build: Build,
  plan: InstallPlan,
  run: Pick<BuilderRun, 'mounts' | 'script' | 'env' | 'maxBytes'>,
): Promise<void> {
  build.onDetail('Installing dependencies')
  try {
    await runBuilder(build, {
      ...run,
      code: plan.runsCode ? 'strangers' : 'ours',
      doing: 'Installing dependencies',
      deadlineMs: build.installMs,
      codes: { failed: 'install-failed', timedOut: 'install-failed' },
    })
  } catch (error) {
    if (!(error instanceof DiskBoundReached)) throw withLine(error, plan)
    throw dependenciesTooLarge(await sealTree(sealRequest(build, plan, 'measure')), {
      maxBytes: build.config.limits.dependencyBytes,
      inputs: plan.inputs,
    })
  }
  if (plan.language === 'python') await assertOwnDeta(dependenciesFolder(build, plan))
}

/** Names the line of the list that a failure is about, where one is. */
function withLine(error: unknown, { inputs }: InstallPlan): unknown {
  if (!(error instanceof MicropushError) || error.code !== 'install-failed') return error
  const line = lineAtFault(error.message, inputs)
  if (line === undefined) return error
  return new MicropushError('install-failed', `${error.message} (${line})`, { cause: error })
}

/** What all files of an install may take while it runs: downloads, caches and compilers' output come on top of what is kept. */
export function diskBound(build: Build, isFinal: boolean): number {
  return build.config.limits.dependencyBytes * (isFinal ? 2 : 4) + GB
}

/** Makes the installed dependencies fit for the store, or throws when they are too large for it. */
export async function sealDependencies(
  build: Build,
  { plan, isFinal, purpose }: LayerRequest & { readonly purpose: 'seal' | 'hash' },
): Promise<ArtifactRecord & { readonly hash: string | undefined }> {
  const request = sealRequest(build, plan, purpose)
  // An install of nothing but optional packages that do not fit this system leaves no folder.
  if ((await lstat(request.root).catch(() => undefined)) === undefined) await mkdir(request.root)
  const { bytes, packages: parts, removed, hash } = await sealTree(request)
  const packages = plan.language === 'python' ? await byDistribution(request.root, parts) : parts
  const maxBytes = build.config.limits.dependencyBytes
  if (isFinal) assertDependenciesFit({ bytes, packages }, { maxBytes, inputs: plan.inputs })
  noteRemoved(build, removed)
  return { bytes, packages: packages.slice(0, RECORDED_PACKAGES), hash }
}

/** Tells in the build's log what could not be kept. */
export function noteRemoved(build: Build, removed: readonly string[]): void {
  for (const path of removed.slice(0, 20)) build.out(`Left out ${path}: it is a link that leads out, or no file.\n`)
}

export function dependenciesFolder(build: Build, plan: InstallPlan): string {
  return join(build.workDir, plan.language === 'node' ? 'app/node_modules' : 'dependencies')
}

function sealRequest(build: Build, plan: InstallPlan, purpose: SealRequest['purpose']): SealRequest {
  const root = dependenciesFolder(build, plan)
  return plan.language === 'node'
    ? // Workspace packages are links from node_modules to other folders of the micro.
      { root, mountPoint: '/app/node_modules', linksWithin: '/app', purpose }
    : { root, mountPoint: '/dependencies', linksWithin: '/dependencies', purpose }
}
