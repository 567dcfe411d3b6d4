import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { asMicropushError, MicropushError } from '../../contract/errors.ts'
import { runtimes, type Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { imageExists } from '../docker/images.ts'
import { clearFolder } from './clear.ts'
import { takeLock } from './lock.ts'
import { makeImages } from './make.ts'
import { allReferences, runtimeReferences, type RuntimeImages, type RuntimeReferences } from './recipe.ts'
import { initSources, librarySources, loaderSources, type SandboxSources } from './sources.ts'
import { removeSuperseded } from './superseded.ts'

export type { RuntimeImages } from './recipe.ts'

export interface ImageContext {
  readonly docker: Docker
  readonly dataDir: string
}

export interface PrepareOptions {
  readonly signal: AbortSignal
  /** A line for a person who waits: what is being made, and roughly how long that takes. */
  readonly onProgress: (text: string) => void
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
  const wanted = await wantedImages(runtime)
  if (await areThere(context.docker, wanted.references)) return withoutBase(wanted.references)
  const key = `${context.dataDir} ${wanted.references.sandbox}`
  const running = inFlight.get(key)
  if (running) return running
  const made = makeUnderLock({ context, runtime, wanted, options }).finally(() => inFlight.delete(key))
  inFlight.set(key, made)
  return made
}

/** The runtimes whose images are there, as this checkout wants them. */
export async function preparedRuntimes(docker: Docker): Promise<Runtime[]> {
  const ready = await Promise.all(
    runtimes.map(async (runtime) => areThere(docker, (await wantedImages(runtime)).references)),
  )
  return runtimes.filter((_, at) => ready[at])
}

/** The names of every image that this checkout wants for a runtime, what it is built on included. */
export async function referencesOf(runtime: Runtime): Promise<string[]> {
  return allReferences(runtime, (await wantedImages(runtime)).sources)
}

/**
 * Removes images that former recipes have left. Another checkout of micropush on this machine may want them, so only
 * those go that nobody has made or named for a day, and that no container uses. A failure costs disk and nothing else, so
 * it is not told: the next call tries again.
 */
export async function tidyImages(docker: Docker): Promise<void> {
  const wanted = await Promise.all(runtimes.map(referencesOf))
  await removeSuperseded(docker, wanted.flat(), Date.now()).catch(() => [])
}

interface Wanted {
  readonly references: RuntimeReferences
  readonly sources: SandboxSources
}

/** The name of a runtime's sandbox image, as this checkout wants it. */
export async function sandboxReference(runtime: Runtime): Promise<string> {
  return (await wantedImages(runtime)).references.sandbox
}

/** A checkout's files are those that this process was started from: they are read once. */
const wanted = new Map<string, Promise<Wanted>>()

async function wantedImages(runtime: Runtime): Promise<Wanted> {
  const known = wanted.get(runtime.id)
  if (known !== undefined) return known
  const reading = readWanted(runtime)
  wanted.set(runtime.id, reading)
  reading.catch(() => wanted.delete(runtime.id))
  return reading
}

async function readWanted(runtime: Runtime): Promise<Wanted> {
  const sources = {
    loader: await loaderSources(runtime.language),
    library: await librarySources(runtime.language),
    init: await initSources(),
  }
  return { sources, references: runtimeReferences(runtime, JSON.stringify(sources)) }
}

async function areThere(docker: Docker, images: RuntimeImages): Promise<boolean> {
  const found = await Promise.all([imageExists(docker, images.sandbox), imageExists(docker, images.builder)])
  return found.every(Boolean)
}

function withoutBase({ sandbox, builder }: RuntimeReferences): RuntimeImages {
  return { sandbox, builder }
}

interface Work {
  readonly context: ImageContext
  readonly runtime: Runtime
  readonly wanted: Wanted
  readonly options: PrepareOptions
}

/** One preparation at a time on a machine: they share bases, and one alone keeps two cores busy. */
async function makeUnderLock({ context, runtime, wanted, options }: Work): Promise<RuntimeImages> {
  const root = join(context.dataDir, 'images')
  // oxlint-disable-next-line no-underscore-dangle -- it is held, never read
  await using _lock = await takeLock(root, options.signal)
  const images = withoutBase(wanted.references)
  if (await areThere(context.docker, images)) return images
  // What is here now was left by a process that died.
  await clearFolder(root)
  await mkdir(root, { recursive: true, mode: 0o711 })
  const folder = await mkdtemp(join(root, 'work-'))
  // apt downloads as a user of its own, who has to get in.
  await chmod(folder, 0o711)
  try {
    await makeImages({ docker: context.docker, runtime, ...wanted, folder, ...options })
  } catch (error) {
    options.signal.throwIfAborted()
    throw await explain(error, { docker: context.docker, runtime })
  } finally {
    await clearFolder(root)
  }
  await tidyImages(context.docker)
  return images
}

interface Failure {
  readonly docker: Docker
  readonly runtime: Runtime
}

/** What failed, and which runtimes are there all the same: the person who pushed may well do with one of them. */
async function explain(error: unknown, { docker, runtime }: Failure): Promise<MicropushError> {
  const known = asMicropushError(error)
  if (known.code !== 'internal' && known.code !== 'runtime-unavailable') return known
  const words = known.code === 'internal' ? 'Making its image failed. It was logged; ask the operator.' : known.message
  const ready = await preparedRuntimes(docker).catch(() => [])
  const others = ready.map(({ id }) => id).join(', ')
  return new MicropushError(
    'runtime-unavailable',
    `This machine cannot provide ${runtime.id}: ${words}${others === '' ? '' : ` It can provide ${others}.`}`,
    { cause: error },
  )
}
