import { buffer } from 'node:stream/consumers'
import type { ImageInspectInfo } from 'dockerode'
import type { Docker } from './client.ts'
import { asEngineError, statusOf } from './engine-error.ts'

type TarStream = NodeJS.ReadableStream

interface ImportedImage {
  readonly reference: string
  /** The image's whole file system as a tar stream, optionally compressed. */
  readonly tar: TarStream
  /** Dockerfile instructions that set the image's configuration, such as `LABEL a=b`. */
  readonly changes: readonly string[]
}

/** Makes an image of one layer out of a tar stream. */
export async function importImage(docker: Docker, image: ImportedImage): Promise<void> {
  const { repo, tag } = splitReference(image.reference)
  const answer = await docker.importImage(image.tar, { repo, tag, changes: image.changes })
  await throughToEnd(answer)
}

interface BuiltImage {
  readonly reference: string
  /** The build context, with the Dockerfile at its root. */
  readonly tar: TarStream
  readonly labels: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Builds an image from a context, never with a network. */
export async function buildImage(docker: Docker, image: BuiltImage): Promise<void> {
  const answer = await docker.buildImage(image.tar, {
    t: image.reference,
    labels: image.labels,
    networkmode: 'none',
    forcerm: true,
    ...(image.signal ? { abortSignal: image.signal } : {}),
  })
  await throughToEnd(answer)
}

/** Whether the daemon gets an answer about a reference from its registry within the time: any answer at all counts. */
export async function registryAnswers(docker: Docker, reference: string, withinMs: number): Promise<boolean> {
  const timeout = new Promise<false>((resolve) => setTimeout(resolve, withinMs, false).unref())
  const answer = docker
    .getImage(reference)
    .distribution()
    .then(
      () => true,
      (error: unknown) => {
        const status = statusOf(error)
        return status !== undefined && status < 500
      },
    )
  return Promise.race([answer, timeout])
}

/** Removes unnamed images that carry a label, such as the first stage of a finished build. */
export async function pruneUnnamed(docker: Docker, label: string): Promise<void> {
  await docker.pruneImages({ filters: { dangling: ['true'], label: [label] } })
}

/** An image that has a name. */
export interface ListedImage {
  readonly id: string
  /** Each `repository:tag`. */
  readonly references: readonly string[]
  readonly createdAtMs: number
  /** When it got its last name: one that was made long ago may have been named again today. */
  readonly taggedAtMs: number
}

/** The named images that carry a label, whatever its value. */
export async function listImages(docker: Docker, label: string): Promise<ListedImage[]> {
  const filters = { label: [label], dangling: ['false'] }
  const found = await asEngineError(() => docker.listImages({ filters }))
  const images = await Promise.all(found.map(async ({ Id }) => inspectImage(docker, Id)))
  return images.filter((image) => image !== undefined)
}

/** The types know no `Metadata`, the Engine API does since 1.30. */
type Inspected = ImageInspectInfo & { readonly Metadata?: { readonly LastTagTime?: string } }

async function inspectImage(docker: Docker, id: string): Promise<ListedImage | undefined> {
  const inspecting = asEngineError(() => docker.getImage(id).inspect())
  const image: Inspected | undefined = await inspecting.catch(goneIsUndefined)
  if (image === undefined) return undefined
  const createdAtMs = Date.parse(image.Created)
  const taggedAtMs = Math.max(createdAtMs, Date.parse(image.Metadata?.LastTagTime ?? '') || 0)
  return { id: image.Id, references: image.RepoTags, createdAtMs, taggedAtMs }
}

function goneIsUndefined(error: unknown): undefined {
  if (statusOf(error) !== 404) throw error
}

/** The ids of all images that containers are made of, whether they run or not. */
export async function usedImages(docker: Docker): Promise<Set<string>> {
  const containers = await asEngineError(() => docker.listContainers({ all: true }))
  return new Set(containers.map((container) => container.ImageID))
}

/** Removes a reference; that it is gone already, or in use after all, is no failure. */
export async function removeImage(docker: Docker, reference: string): Promise<void> {
  await docker
    .getImage(reference)
    .remove()
    .catch((error: unknown) => {
      const status = statusOf(error)
      if (status !== 404 && status !== 409) throw error
    })
}

/** Pulls an image from the registry that its reference names. */
export async function pullImage(docker: Docker, reference: string, signal: AbortSignal): Promise<void> {
  const answer: NodeJS.ReadableStream = await docker.pull(reference, { abortSignal: signal })
  await throughToEnd(answer)
}

export async function imageExists(docker: Docker, reference: string): Promise<boolean> {
  return asEngineError(() => docker.getImage(reference).inspect()).then(
    () => true,
    (error: unknown) => {
      if (statusOf(error) === 404) return false
      throw error
    },
  )
}

/** The engine answers 200 and reports a failure as a line of the stream, which docker-modem's followProgress overlooks. */
async function throughToEnd(answer: NodeJS.ReadableStream): Promise<void> {
  const text = (await buffer(answer)).toString('utf8')
  for (const line of text.split('\n')) {
    const error = line.trim() === '' ? undefined : errorOf(line)
    if (error !== undefined) throw new Error(`Docker: ${error}`)
  }
}

function errorOf(line: string): string | undefined {
  const event: unknown = JSON.parse(line)
  if (typeof event !== 'object' || event === null || !('error' in event)) return undefined
  return String(event.error)
}

function splitReference(reference: string): { repo: string; tag: string } {
  const at = reference.lastIndexOf(':')
  return { repo: reference.slice(0, at), tag: reference.slice(at + 1) }
}
