import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../../contract/errors.ts'
import { imageExists } from '../../docker/images.ts'
import { readImageFile } from '../../docker/read-image-file.ts'
import { initReference } from '../../images/recipe.ts'
import { initSources } from '../../images/sources.ts'
import { labels } from '../labels.ts'
import type { SandboxContext } from '../sandbox.ts'

/**
 * Puts the program that attaches folders to sandboxes where the engine can run it: it is compiled with init, by a builder's compiler, because the host need
 * not have one.
 *
 * @returns its path.
 * @throws MicropushError `engine-unavailable`, and when no runtime's images were made on this machine.
 */
export async function provideAttacher(
  context: Pick<SandboxContext, 'docker' | 'instance' | 'dataDir'>,
): Promise<string> {
  const { docker, instance, dataDir } = context
  const image = initReference(JSON.stringify(await initSources()))
  if (!(await imageExists(docker, image)))
    throw new MicropushError('engine-unavailable', `The image ${image} is not there.`)
  const program = await readImageFile(docker, {
    image,
    path: '/attach',
    labels: { [labels.instance]: instance, [labels.kind]: 'probe' },
  })
  const folder = join(dataDir, 'programs')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'attach')
  // One that runs cannot be written to, but its name can be given to another.
  const made = `${path}.partial`
  await writeFile(made, program, { mode: 0o700 })
  await chmod(made, 0o700)
  await rename(made, path)
  return path
}
