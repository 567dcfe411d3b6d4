import type { Docker } from './client.ts'
import { asEngineError } from './engine-error.ts'

/** The id of what an image's name stands for now: the same id, the same content. */
export async function imageId(docker: Docker, reference: string): Promise<string> {
  return asEngineError(async () => (await docker.getImage(reference).inspect()).Id)
}
