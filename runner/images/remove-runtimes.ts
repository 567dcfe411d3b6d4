import { runtimes } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { imageExists, removeImage, usedImages } from '../docker/images.ts'
import { imageId } from '../docker/image-id.ts'
import { referencesOf } from './prepare.ts'

/**
 * Removes the images of all runtimes but these; they are made again when a push asks for them. What a container uses stays.
 *
 * @param kept ids of runtimes.
 * @returns the references that are gone.
 */
export async function removeRuntimes(docker: Docker, kept: ReadonlySet<string>): Promise<string[]> {
  const needed = new Set((await Promise.all(runtimes.filter(({ id }) => kept.has(id)).map(referencesOf))).flat())
  const unneeded = new Set((await Promise.all(runtimes.filter(({ id }) => !kept.has(id)).map(referencesOf))).flat())
  const used = await usedImages(docker)
  const gone: string[] = []
  for (const reference of unneeded) {
    if (needed.has(reference) || !(await imageExists(docker, reference))) continue
    if (used.has(await imageId(docker, reference))) continue
    await removeImage(docker, reference)
    gone.push(reference)
  }
  return gone
}
