import { access, readFile } from 'node:fs/promises'
import { MicropushError } from '../../../contract/errors.ts'
import { distributionOf, type Distribution, type Suite } from '../../../runtimes/catalogue.ts'
import { runTool } from '../tool.ts'

/** What of a distribution is taken: Ubuntu has Pythons beside its own one in `universe`. */
export const components: Readonly<Record<Distribution, readonly string[]>> = {
  debian: ['main'],
  ubuntu: ['main', 'universe'],
}

export interface Mirrors {
  /** Lines of a sources.list. */
  readonly sources: readonly string[]
  /** The host's settings of apt for them. */
  readonly settings: readonly string[]
}

/**
 * The host's own mirrors with the suite's name in place of the host's, main, updates and security alike. On a host of another
 * distribution the list is empty, and mmdebstrap takes the default mirror of the suite's.
 */
export async function findMirrors(suite: Suite, signal: AbortSignal): Promise<Mirrors> {
  const release = await readFile('/etc/os-release', 'utf8')
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1]
  const distribution = distributionOf(suite)
  if (codename === undefined || /^ID="?([a-z]+)"?$/m.exec(release)?.[1] !== distribution) {
    await requireDefaultMirror(distribution)
    return { sources: [], settings: [] }
  }
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)'
  const listed = await runTool({
    name: 'apt-get',
    args: ['indextargets', '--format', format, 'Created-By: Packages'],
    signal,
    timeoutMs: 30_000,
  })
  const sources = rewriteSources(listed, { codename, suite, components: components[distribution] })
  return { sources, settings: sources.length === 0 ? [] : await checkSettings(signal) }
}

/** mmdebstrap takes a suite that it does not know for one of Debian's. */
async function requireDefaultMirror(distribution: Distribution): Promise<void> {
  if (distribution === 'debian') return
  await access('/usr/share/distro-info/ubuntu.csv').catch((cause: unknown) => {
    throw new MicropushError(
      'runtime-unavailable',
      "The operator's machine lacks Debian's package `distro-info-data`, which names Ubuntu's suites. Ask the operator to install it.",
      { cause },
    )
  })
}

/** A mirror that stands still on purpose, as snapshots do, is older than a testing suite allows; such a host says so to its apt. */
async function checkSettings(signal: AbortSignal): Promise<string[]> {
  const args = ['dump', '--no-empty', 'Acquire::Check-Valid-Until', 'Acquire::Check-Date']
  const dumped = await runTool({ name: 'apt-config', args, signal, timeoutMs: 10_000 })
  return dumped.split('\n').filter((line) => line !== '')
}

interface Names {
  readonly codename: string
  readonly suite: string
  readonly components: readonly string[]
}

/** Pure part of `findMirrors`: lines `URI release component` become lines of a sources.list. */
export function rewriteSources(listed: string, { codename, suite, components: wanted }: Names): string[] {
  const releases = new Set([codename, `${codename}-updates`, `${codename}-security`])
  const lines = listed.split('\n').flatMap((line) => {
    const [uri, release, component] = line.split(' ')
    if (!uri || !release || component === undefined || !wanted.includes(component) || !releases.has(release)) return []
    return [`deb ${uri} ${release.replace(codename, suite)} ${component}`]
  })
  return [...new Set(lines)]
}
