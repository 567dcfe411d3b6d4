import type { Docker } from '../docker/client.ts'
import { listImages, removeImage, usedImages, type ListedImage } from '../docker/images.ts'

/** A younger image may be another checkout's on the same machine, whose recipes differ. */
const KEPT_MS = 24 * 60 * 60_000

/** The label of every image that is ours, whatever its value. */
const LABEL = 'micropush.image'

/**
 * Removes images of ours that have the repository of a wanted one and another tag, are older than a day and used by no
 * container.
 *
 * @param wanted references, `repository:tag`, of the images that this checkout uses now.
 * @returns the references that are gone.
 */
export async function removeSuperseded(docker: Docker, wanted: readonly string[], nowMs: number): Promise<string[]> {
  const [images, used] = await Promise.all([listImages(docker, LABEL), usedImages(docker)])
  const superseded = findSuperseded(images, { wanted, used, nowMs })
  // One after the other: an image is removed only when nothing is built on it any more.
  for (const reference of superseded) await removeImage(docker, reference)
  return superseded
}

interface Situation {
  readonly wanted: readonly string[]
  /** Ids of the images that containers use. */
  readonly used: ReadonlySet<string>
  readonly nowMs: number
}

/** Pure part of `removeSuperseded`: the youngest first, because it may be built on an older one. */
export function findSuperseded(images: readonly ListedImage[], { wanted, used, nowMs }: Situation): string[] {
  const repositories = new Set(wanted.map(repositoryOf))
  return images
    .filter((image) => !used.has(image.id) && nowMs - image.taggedAtMs > KEPT_MS)
    .toSorted((one, other) => other.createdAtMs - one.createdAtMs)
    .flatMap((image) => image.references)
    .filter((reference) => repositories.has(repositoryOf(reference)) && !wanted.includes(reference))
}

function repositoryOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf(':'))
}
