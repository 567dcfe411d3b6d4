import { formatTable } from '../format-table.ts'
import { run } from '../run.ts'
import { oneShot } from '../start/services.ts'
import { UsageError } from '../usage-error.ts'

/** What runner/images/listing prints. */
interface ListedRuntime {
  readonly id: string
  readonly version: string
  readonly language: 'node' | 'python'
  readonly endOfLife: string
  readonly pastEndOfLife: boolean
  readonly sources: readonly string[]
  readonly here: string
  readonly how: string
}

/**
 * Prints the runtimes that micros can ask for, and which of them this machine has.
 *
 * @param args nothing, or `--json`
 */
export async function runtimes(args: readonly string[]): Promise<number> {
  const [option, ...more] = args
  if (more.length > 0 || (option !== undefined && option !== '--json')) {
    throw new UsageError('usage: micropush runtimes [--json]')
  }
  const listed = JSON.parse(await run(oneShot('runner/images/listing/main.ts', []))) as readonly ListedRuntime[]
  const lines = option === '--json' ? [JSON.stringify(listed, undefined, 2)] : runtimeTable(listed)
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

/** The lines of the table, its head first. */
export function runtimeTable(listed: readonly ListedRuntime[]): string[] {
  const rows = listed.map((one) => [
    one.id,
    `${one.language === 'node' ? 'Node.js' : 'Python'} ${one.version}`,
    `${one.endOfLife}${one.pastEndOfLife ? ' past' : ''}`,
    one.sources.join(', or '),
    one.how === '' ? one.here : `${one.here} (${one.how})`,
  ])
  return formatTable([['RUNTIME', 'VERSION', 'END OF LIFE', 'IMAGE FROM', 'ON THIS HOST'], ...rows])
}
