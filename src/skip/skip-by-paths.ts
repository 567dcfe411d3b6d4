import { configFiles } from '../../contract/config/config-files.ts'
import type { MicroConfig } from '../../contract/config.ts'
import { compileGlobs } from '../../contract/glob/match-globs.ts'
import type { StepBudget } from '../../contract/pattern/match-pattern.ts'
import type { ChangedPaths } from './changed-paths.ts'

/** Under a tenth of a second of one processor; the globs of a real repository and a change of 300 files take a hundredth of it. */
const STEPS = 2_000_000

/**
 * Why a change does not concern a micro, in words for its status; undefined when it does, or when nobody knows: then it is deployed.
 *
 * A change of the config file concerns every micro of it, whatever its globs say, because anything about the micro may have changed there.
 */
export function skipByPaths(
  { paths, ignore }: Pick<MicroConfig, 'paths' | 'ignore'>,
  changed: ChangedPaths,
): string | undefined {
  if (paths === undefined && ignore === undefined) return undefined
  if (changed === 'unknown' || changed.some((path) => isConfigFile(path))) return undefined
  if (changed.length === 0) return 'No file changed'
  const budget: StepBudget = { left: STEPS }
  const isWanted = paths === undefined ? () => true : compileGlobs(paths)
  const isIgnored = compileGlobs(ignore ?? [])
  let wanted = 0
  for (const path of changed) {
    if (!isWanted(path, budget)) continue
    if (!isIgnored(path, budget)) return undefined
    wanted += 1
  }
  // A matcher that may take no more steps answers no, which is worth nothing.
  if (budget.left < 0) return undefined
  if (wanted === 0) return 'Nothing that matches paths: changed'
  return paths === undefined ? 'All that changed matches ignore:' : 'All that changed of paths: matches ignore:'
}

function isConfigFile(path: string): boolean {
  return configFiles.some((name) => name === path)
}
