import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import type { Docker } from './client.ts'
import { createContainer } from './containers.ts'
import { asEngineError } from './engine-error.ts'
import { removeContainer } from './remove-container.ts'

interface ImageFile {
  readonly image: string
  readonly path: string
  /** Of the container that is made to read it and is never started. */
  readonly labels: Readonly<Record<string, string>>
}

/** The content of a file in an image, for small ones of our own. @throws MicropushError `engine-unavailable` */
export async function readImageFile(docker: Docker, { image, path, labels }: ImageFile): Promise<Buffer> {
  const id = await createContainer(docker, { Image: image, Entrypoint: [path], Labels: { ...labels } })
  try {
    const tar = await asEngineError(() => docker.getContainer(id).getArchive({ path }))
    const entries = tar.pipe(extract())
    for await (const entry of entries) return await buffer(entry)
    throw new Error(`The image ${image} has no ${path}.`)
  } finally {
    await removeContainer(docker, id)
  }
}
