import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { MicropushError } from '../../contract/errors.ts'
import { runtimes, type Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { imageExists, importImage } from '../docker/images.ts'
import { bootstrapDebian } from './debian.ts'
import { pullOfficial } from './official.ts'
import { baseReference, builderBase, sandboxBase, type BaseRecipe, type RuntimeImages } from './recipe.ts'

interface Wanted {
  readonly docker: Docker
  readonly runtime: Runtime
  readonly folder: string
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/**
 * The two images that a runtime is built on: ours of Debian packages when they are there already, else the official ones
 * when a registry answers, else ours, made now.
 *
 * @throws MicropushError `runtime-unavailable`
 */
export async function provideBases(wanted: Wanted): Promise<RuntimeImages> {
  const { docker, runtime, signal } = wanted
  const suite = runtime.debian
  if (!suite) return (await pullOfficial(docker, runtime, signal)) ?? unavailable(runtime)
  const recipes = [sandboxBase(runtime.language, suite), builderBase(suite)] as const
  const references = { sandbox: baseReference(recipes[0]), builder: baseReference(recipes[1]) }
  const found = await Promise.all([imageExists(docker, references.sandbox), imageExists(docker, references.builder)])
  if (found.every(Boolean)) return references
  const official = await pullOfficial(docker, runtime, signal)
  if (official) return official
  await makeBoth(wanted, recipes)
  return references
}

function unavailable(runtime: Runtime): never {
  const names = runtimes.filter((other) => other.debian !== undefined).map((other) => other.id)
  throw new MicropushError(
    'runtime-unavailable',
    `${runtime.id} needs a container registry, and none answers here. This machine can provide ${names.join(', ')}.`,
  )
}

/** Both at once, on two cores; the first failure stops the other one. */
async function makeBoth(wanted: Wanted, recipes: readonly BaseRecipe[]): Promise<void> {
  const stop = new AbortController()
  const signal = AbortSignal.any([wanted.signal, stop.signal])
  const making = recipes.map((recipe) =>
    makeBase({ ...wanted, signal }, recipe).catch((error: unknown) => {
      stop.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(making)
  await Promise.all(making)
}

async function makeBase({ docker, folder, signal, onProgress }: Wanted, recipe: BaseRecipe): Promise<void> {
  const reference = baseReference(recipe)
  if (await imageExists(docker, reference)) return
  const about = recipe.kind === 'builder' ? '60 to 90 s' : '20 to 40 s'
  onProgress(`Making a ${recipe.kind} base of Debian ${recipe.suite} packages (about ${about})`)
  const tar = await bootstrapDebian(recipe, { folder, signal })
  await importImage(docker, { reference, tar: createReadStream(tar), changes: ['LABEL micropush.image=debian'] })
  await rm(tar)
}
