import { buffer } from 'node:stream/consumers'
import type { Docker } from './client.ts'

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

/** Pulls an image from the registry that its reference names. */
export async function pullImage(docker: Docker, reference: string, signal: AbortSignal): Promise<void> {
  const answer: NodeJS.ReadableStream = await docker.pull(reference, { abortSignal: signal })
  await throughToEnd(answer)
}

export async function imageExists(docker: Docker, reference: string): Promise<boolean> {
  return docker
    .getImage(reference)
    .inspect()
    .then(
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

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : undefined
}
