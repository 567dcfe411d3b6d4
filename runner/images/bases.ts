import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { nameOfSuite, type Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { imageExists, importImage } from '../docker/images.ts'
import { bootstrapBase } from './distribution/bootstrap.ts'
import { pullOfficial } from './official.ts'
import { baseReference, builderBase, sandboxBase, type BaseRecipe, type RuntimeImages } from './recipe.ts'

/** The images that a runtime's own are built on. */
interface Bases extends RuntimeImages {
  readonly from: 'distribution' | 'registry'
}

interface Wanted {
  readonly docker: Docker
  readonly runtime: Runtime
  readonly folder: string
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/**
 * The two images that a runtime is built on: ours of a distribution's packages when they are there already, else the official ones
 * when a registry answers, else ours, made now.
 *
 * @throws MicropushError `runtime-unavailable`
 */
export async function provideBases(wanted: Wanted): Promise<Bases> {
  const { docker, runtime, signal } = wanted
  const recipes = [sandboxBase(runtime.language, runtime.suite), builderBase(runtime.suite)] as const
  const ours: Bases = { from: 'distribution', sandbox: baseReference(recipes[0]), builder: baseReference(recipes[1]) }
  const found = await Promise.all([imageExists(docker, ours.sandbox), imageExists(docker, ours.builder)])
  if (found.every(Boolean)) return ours
  const official = await pullOfficial(docker, runtime, signal)
  if (official) return { from: 'registry', ...official }
  await makeBoth(wanted, recipes)
  return ours
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
  const about = recipe.kind === 'builder' ? '40 to 90 s' : '20 to 40 s'
  onProgress(`Making a ${recipe.kind} base of ${nameOfSuite(recipe.suite)} packages (about ${about})`)
  const tar = await bootstrapBase(recipe, { folder, signal })
  await importImage(docker, { reference, tar: createReadStream(tar), changes: ['LABEL micropush.image=base'] })
  await rm(tar)
}
