import { createReadStream } from 'node:fs'
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asMicropushError, MicropushError } from '../../contract/errors.ts'
import { runtimes, type Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { buildImage, imageExists, importImage, pruneUnnamed } from '../docker/images.ts'
import { bootstrapDebian } from './debian.ts'
import { builderDockerfile, initDockerfile, sandboxDockerfile } from './dockerfile.ts'
import { takeLock } from './lock.ts'
import { pullOfficial } from './official.ts'
import { installManagers, installNode } from './packages.ts'
import type { BaseRecipe, RuntimeImages } from './recipe.ts'
import { baseReference, builderBase, initReference, runtimeReferences, sandboxBase } from './recipe.ts'
import { clearFolder } from './clear.ts'
import { initSources, loaderSources, type SourceFile } from './sources.ts'
import { runTool } from './tool.ts'

export type { RuntimeImages } from './recipe.ts'

export interface ImageContext {
  readonly docker: Docker
  readonly dataDir: string
}

export interface PrepareOptions {
  readonly signal: AbortSignal
  /** A line for a person who waits: what is being made, and roughly how long that takes. */
  onProgress(text: string): void
}

const inFlight = new Map<string, Promise<RuntimeImages>>()

/**
 * Makes sure that a runtime's two images exist. Costs a few milliseconds when they do; otherwise up to some minutes.
 * Calls for the same runtime at the same time share one preparation, and so does another process on this machine.
 *
 * @returns the references of the images.
 * @throws MicropushError `runtime-unavailable` when this machine cannot provide the runtime, naming those that it can.
 */
export async function prepareRuntime(
  context: ImageContext,
  runtime: Runtime,
  options: PrepareOptions,
): Promise<RuntimeImages> {
  const sources = { loader: await loaderSources(runtime.language), init: await initSources() }
  const images = runtimeReferences(runtime, JSON.stringify(sources))
  if (await bothExist(context.docker, images)) return images

  const key = `${context.dataDir} ${images.sandbox}`
  const running = inFlight.get(key)
  if (running) return running
  const made = makeUnderLock({ context, runtime, images, sources, options }).finally(() => inFlight.delete(key))
  inFlight.set(key, made)
  return made
}

/** The runtimes whose images are there, as they are wanted by this checkout. */
export async function preparedRuntimes(docker: Docker): Promise<Runtime[]> {
  const init = await initSources()
  const ready = await Promise.all(
    runtimes.map(async (runtime) => {
      const loader = await loaderSources(runtime.language)
      return bothExist(docker, runtimeReferences(runtime, JSON.stringify({ loader, init })))
    }),
  )
  return runtimes.filter((_, at) => ready[at])
}

interface Work {
  readonly context: ImageContext
  readonly runtime: Runtime
  readonly images: RuntimeImages
  readonly sources: { readonly loader: SourceFile[]; readonly init: SourceFile[] }
  readonly options: PrepareOptions
}

async function bothExist(docker: Docker, images: RuntimeImages): Promise<boolean> {
  const found = await Promise.all([imageExists(docker, images.sandbox), imageExists(docker, images.builder)])
  return found.every(Boolean)
}

/** One preparation at a time on a machine: they share bases, and one alone keeps two cores busy. */
async function makeUnderLock(work: Work): Promise<RuntimeImages> {
  const { context, images, options } = work
  const root = join(context.dataDir, 'images')
  // oxlint-disable-next-line no-underscore-dangle -- it is held, never read
  await using _lock = await takeLock(root, options.signal)
  if (await bothExist(context.docker, images)) return images
  // What is here now was left by a process that died.
  await clearFolder(root)
  await mkdir(root, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(root, 'work-'))
  try {
    await make(work, folder)
  } catch (error) {
    options.signal.throwIfAborted()
    const known = asMicropushError(error)
    if (known.code !== 'internal') throw known
    throw new MicropushError(
      'runtime-unavailable',
      `The image of ${work.runtime.id} could not be made. Ask the operator.`,
      {
        cause: error,
      },
    )
  } finally {
    await clearFolder(root)
  }
  return images
}

async function make({ context: { docker }, runtime, images, sources, options }: Work, folder: string): Promise<void> {
  const started = Date.now()
  options.onProgress(`Preparing ${runtime.id}`)
  const place = { folder, signal: options.signal }
  const bases = await provideBases(docker, { runtime, place, options })

  const init = initReference(JSON.stringify([sources.init, bases.builder]))
  if (!(await imageExists(docker, init))) {
    const files = await writeFiles(join(folder, 'init'), sources.init)
    await build(docker, { reference: init, dockerfile: initDockerfile(bases.builder), files, label: 'init', place })
    await pruneUnnamed(docker, 'micropush.image=stage')
  }

  const sandboxFiles = join(folder, 'sandbox')
  await writeFiles(join(sandboxFiles, 'loader'), sources.loader)
  const builderFiles = join(folder, 'builder')
  await mkdir(builderFiles)
  if (runtime.packages) {
    options.onProgress(`Adding Node.js ${runtime.version} and its package managers (about 15 s)`)
    const tree = join(builderFiles, 'runtime')
    await installNode(tree, { range: runtime.packages.node, headers: true }, place)
    await mkdir(join(sandboxFiles, 'runtime/usr/local/bin'), { recursive: true })
    await cp(join(tree, 'usr/local/bin/node'), join(sandboxFiles, 'runtime/usr/local/bin/node'))
    await installManagers(tree, runtime.packages, place)
  }
  await build(docker, {
    reference: images.builder,
    dockerfile: builderDockerfile(runtime, bases.builder),
    files: builderFiles,
    label: 'builder',
    place,
  })
  // Last, because its existence means that the runtime is ready.
  await build(docker, {
    reference: images.sandbox,
    dockerfile: sandboxDockerfile(runtime, { base: bases.sandbox, init }),
    files: sandboxFiles,
    label: 'sandbox',
    place,
  })
  options.onProgress(`${runtime.id} is ready after ${Math.round((Date.now() - started) / 1000)} s`)
}

interface Place {
  readonly folder: string
  readonly signal: AbortSignal
}

interface BasesWork {
  readonly runtime: Runtime
  readonly place: Place
  readonly options: PrepareOptions
}

async function provideBases(docker: Docker, { runtime, place, options }: BasesWork): Promise<RuntimeImages> {
  const suite = runtime.debian
  const recipes = suite && { sandbox: sandboxBase(runtime.language, suite), builder: builderBase(suite) }
  const references = recipes && { sandbox: baseReference(recipes.sandbox), builder: baseReference(recipes.builder) }
  if (references && (await bothExist(docker, references))) return references
  const official = await pullOfficial(docker, runtime, place.signal)
  if (official) return official
  if (!recipes || !references) {
    const names = runtimes.filter((other) => other.debian !== undefined).map((other) => other.id)
    throw new MicropushError(
      'runtime-unavailable',
      `${runtime.id} needs a container registry, and none answers here. This machine can provide ${names.join(', ')}.`,
    )
  }
  // The first failure stops the other one.
  const stop = new AbortController()
  const both = { folder: place.folder, signal: AbortSignal.any([place.signal, stop.signal]) }
  const making = [recipes.sandbox, recipes.builder].map((recipe) =>
    provideBase(docker, { recipe, place: both, options }).catch((error: unknown) => {
      stop.abort()
      throw error
    }),
  )
  const results = await Promise.allSettled(making)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return references
}

interface BaseWork {
  readonly recipe: BaseRecipe
  readonly place: Place
  readonly options: PrepareOptions
}

async function provideBase(docker: Docker, { recipe, place, options }: BaseWork): Promise<void> {
  const reference = baseReference(recipe)
  if (await imageExists(docker, reference)) return
  const about = recipe.kind === 'builder' ? '60 to 90 s' : '20 to 40 s'
  options.onProgress(`Making a ${recipe.kind} base of Debian ${recipe.suite} packages (about ${about})`)
  const tar = await bootstrapDebian(recipe, place)
  await importImage(docker, { reference, tar: createReadStream(tar), changes: ['LABEL micropush.image=base'] })
}

interface ImageBuild {
  readonly reference: string
  readonly dockerfile: string
  /** The folder that is the build context. */
  readonly files: string
  readonly label: string
  readonly place: Place
}

async function build(docker: Docker, { reference, dockerfile, files, label, place }: ImageBuild): Promise<void> {
  await writeFile(join(files, 'Dockerfile'), dockerfile)
  const tar = `${files}.tar`
  // Fixed times and owners: Docker's cache recognises the same content.
  const args = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-cf', tar, '-C', files, '.']
  await runTool({ name: 'tar', args, signal: place.signal, timeoutMs: 120_000 })
  const labels = { 'micropush.image': label }
  await buildImage(docker, { reference, tar: createReadStream(tar), labels, signal: place.signal })
}

async function writeFiles(folder: string, files: readonly SourceFile[]): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const file of files) await writeFile(join(folder, file.name), file.content)
  return folder
}
