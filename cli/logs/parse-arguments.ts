import { parseArgs } from 'node:util'
import { parseTarget, type Target } from '../target.ts'
import { UsageError } from '../usage-error.ts'

export interface LogsArguments {
  readonly target: Target | undefined
  readonly deploymentId: string | undefined
  /** How many of the last lines. */
  readonly count: number
  readonly follow: boolean
}

const LINES = 100
const MOST_LINES = 1_000_000

/** @throws UsageError naming what cannot be understood. */
export function parseLogsArguments(args: readonly string[]): LogsArguments {
  const { values, positionals } = parse(args)
  const [first, more] = positionals
  if (more !== undefined) throw new UsageError('One micro at a time.')
  if (values.deployment !== undefined && !/^d[0-9a-f]{30}$/.test(values.deployment))
    throw new UsageError(
      `"${values.deployment}" is no deployment's id: it is what the address of its log ends with, d and 30 characters.`,
    )
  const count = Number(values.lines ?? LINES)
  if (!Number.isInteger(count) || count < 0 || count > MOST_LINES)
    throw new UsageError(`-n takes a number of lines, not "${values.lines}".`)
  const target = first === undefined && values.deployment !== undefined ? undefined : parseTarget(first)
  return { target, deploymentId: values.deployment, count, follow: values.follow ?? false }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        follow: { type: 'boolean', short: 'f' },
        lines: { type: 'string', short: 'n' },
        deployment: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
