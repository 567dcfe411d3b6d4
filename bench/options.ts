import { parseArgs } from 'node:util'

const partNames = [
  'push',
  'dependencies',
  'deploy',
  'frozen',
  'cold',
  'warm',
  'crowd',
  'burst',
  'deploys',
  'sleepers',
] as const

export type PartName = (typeof partNames)[number]
export type Isolation = 'runc' | 'gvisor'

export interface Options {
  readonly only: readonly PartName[]
  readonly isolations: readonly Isolation[]
  /** File that the results are written to as JSON, beside the table on the screen. */
  readonly json: string | undefined
}

/**
 * Reads `--only wake,warm`, `--isolation runc|gvisor` (both when absent) and `--json FILE`.
 *
 * @throws Error with words for a person.
 */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, isolation: { type: 'string' }, json: { type: 'string' } },
  })
  const names = values.only?.split(',').flatMap((name) => (name === 'wake' ? ['frozen', 'cold'] : [name]))
  const only = (names ?? partNames).map((name) => {
    const part = partNames.find((known) => known === name)
    if (part === undefined) throw new Error(`--only ${name}: there is no such part; there are ${partNames.join(', ')}`)
    return part
  })
  const { isolation } = values
  if (isolation !== undefined && isolation !== 'runc' && isolation !== 'gvisor') {
    throw new Error(`--isolation ${isolation}: it is runc or gvisor`)
  }
  return { only, isolations: isolation === undefined ? ['runc', 'gvisor'] : [isolation], json: values.json }
}
