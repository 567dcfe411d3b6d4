import { join } from 'node:path'
import { dpkgOptions, type BaseRecipe } from '../recipe.ts'
import { findKeyring } from './keyring.ts'
import { mmdebstrap, type Place } from './mmdebstrap.ts'

/**
 * Makes a tree of a distribution's packages and packs it as a tar file.
 *
 * @returns the tar file's path.
 */
export async function bootstrapBase(recipe: BaseRecipe, place: Place): Promise<string> {
  const tar = join(place.folder, `${recipe.suite}-${recipe.kind}.tar`)
  const keyring = await findKeyring(recipe.suite, place)
  await mmdebstrap({ suite: recipe.suite, options: [...keyring, ...options(recipe)], tar }, place)
  return tar
}

function options(recipe: BaseRecipe): string[] {
  return [
    '--variant=essential',
    `--include=${recipe.packages.join(',')}`,
    ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
    ...recipe.hooks.map((hook) => `--customize-hook=${hook}`),
  ]
}
