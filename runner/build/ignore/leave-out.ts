import { formatSize } from '../../../contract/text/format-size.ts'
import type { Build } from '../build.ts'
import { readIfAny } from '../plan/read-inputs.ts'
import { applyDetaignore, DETAIGNORE } from './apply-detaignore.ts'

interface Ignored {
  readonly text: string
  readonly entry: string | undefined
  /** What decides, with the source, about what is left out. */
  readonly key: string
}

/** Grows when the same file of an older micropush left out something else. */
const RECIPE = 1

/** The `.detaignore` of a micro that was configured for Deta; who has a micro.yml has a .gitignore. */
export async function readIgnored({ source, config, launch }: Build): Promise<Ignored | undefined> {
  if (config.legacy === undefined) return undefined
  const text = await readIfAny(source.dir, DETAIGNORE)
  if (text === undefined) return undefined
  const entry = launch.kind === 'loader' ? launch.entry : undefined
  return { text, entry, key: `${DETAIGNORE} ${RECIPE} ${entry ?? ''}` }
}

/**
 * Leaves out of a micro's folder what is not to be served, after all that was built of it, and tells of it in the build's log.
 *
 * @returns the bytes that were left out.
 */
export async function leaveOut(build: Build, dir: string, ignored: Ignored | undefined): Promise<number> {
  if (ignored === undefined) return 0
  const { bytes, files, warnings } = await applyDetaignore(dir, ignored)
  for (const warning of warnings) build.out(`Warning: ${warning}\n`)
  if (files > 0)
    build.out(`${DETAIGNORE} leaves out ${files} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes)}.\n`)
  return bytes
}
