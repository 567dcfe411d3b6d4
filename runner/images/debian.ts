import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseRecipe } from './recipe.ts'
import { dpkgOptions } from './recipe.ts'
import { runTool } from './tool.ts'

const BOOTSTRAP_MS = 20 * 60_000

/**
 * Makes a tree of Debian packages and packs it as a tar file.
 *
 * @param place.folder an empty folder of our own; nothing outside of it is touched.
 * @returns the tar file's path.
 */
export async function bootstrapDebian(
  recipe: BaseRecipe,
  place: { readonly folder: string; readonly signal: AbortSignal },
): Promise<string> {
  const tar = join(place.folder, `${recipe.suite}-${recipe.kind}.tar`)
  // Asked for by name first: within unshare its absence would be reported as unshare's.
  await runTool({ name: 'mmdebstrap', args: ['--version'], signal: place.signal, timeoutMs: 10_000 })
  await runTool({
    // Namespaces of its own: whatever mounts it makes, and whatever it starts, end with it, even when it is killed.
    name: 'unshare',
    args: [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=KILL',
      'env',
      // Below our folder, so that nothing is left behind when it is killed.
      `TMPDIR=${place.folder}`,
      'mmdebstrap',
      ...options(recipe),
      recipe.suite,
      tar,
    ].concat(await sources(recipe.suite, place.signal)),
    cwd: place.folder,
    signal: place.signal,
    timeoutMs: BOOTSTRAP_MS,
  })
  return tar
}

function options(recipe: BaseRecipe): string[] {
  return [
    '--quiet',
    '--mode=root',
    '--variant=essential',
    '--format=tar',
    `--include=${recipe.packages.join(',')}`,
    ...dpkgOptions.map((option) => `--dpkgopt=${option}`),
    ...recipe.hooks.map((hook) => `--customize-hook=${hook}`),
  ]
}

/**
 * The host's own mirrors with the suite's name in place of the host's, main and security alike. On a host that is no
 * Debian the list is empty, and mmdebstrap takes Debian's default mirror.
 */
async function sources(suite: string, signal: AbortSignal): Promise<string[]> {
  const release = await readFile('/etc/os-release', 'utf8')
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1]
  if (codename === undefined || !/^ID="?debian"?$/m.test(release)) return []
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)'
  const listed = await runTool({
    name: 'apt-get',
    args: ['indextargets', '--format', format, 'Created-By: Packages'],
    signal,
    timeoutMs: 30_000,
  })
  return rewriteSources(listed, { codename, suite })
}

/** Pure part of `sources`: lines `URI release component` become lines of a sources.list. */
export function rewriteSources(listed: string, names: { readonly codename: string; readonly suite: string }): string[] {
  const releases = new Set([names.codename, `${names.codename}-updates`, `${names.codename}-security`])
  const lines = listed.split('\n').flatMap((line) => {
    const [uri, release, component] = line.split(' ')
    if (!uri || !release || component !== 'main' || !releases.has(release)) return []
    return [`deb ${uri} ${release.replace(names.codename, names.suite)} main`]
  })
  return [...new Set(lines)]
}
