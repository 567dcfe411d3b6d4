import { distributionOf, type Suite } from '../../../runtimes/catalogue.ts'
import { runTool } from '../tool.ts'
import { components, findMirrors } from './mirrors.ts'

const BOOTSTRAP_MS = 20 * 60_000

export interface Place {
  /** A folder of our own; nothing outside of it is touched. */
  readonly folder: string
  readonly signal: AbortSignal
}

interface Tree {
  readonly suite: Suite
  readonly options: readonly string[]
  /** Where the tree goes. */
  readonly tar: string
}

/** Runs mmdebstrap with the host's mirrors, as a process that leaves nothing behind. */
export async function mmdebstrap({ suite, options, tar }: Tree, { folder, signal }: Place): Promise<void> {
  // Asked for by name first: within unshare its absence would be reported as unshare's.
  await runTool({ name: 'mmdebstrap', args: ['--version'], signal, timeoutMs: 10_000 })
  const { sources, settings } = await findMirrors(suite, signal)
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
      `TMPDIR=${folder}`,
      'mmdebstrap',
      '--quiet',
      '--mode=root',
      '--format=tar',
      // Only for default mirrors: the host's own come with theirs.
      `--components=${components[distributionOf(suite)].join(',')}`,
      ...settings.map((setting) => `--aptopt=${setting}`),
      ...options,
      suite,
      tar,
      ...sources,
    ],
    cwd: folder,
    signal,
    timeoutMs: BOOTSTRAP_MS,
  })
}
