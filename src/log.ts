import { pino, type Logger } from 'pino'
import { createRedactor } from './redact.ts'
import type { Secret } from './secret.ts'

export type Log = Logger

interface LogOptions {
  readonly level: string
  readonly secrets: readonly Secret[]
  readonly write: (line: string) => void
}

/** A logger of JSON lines from which tokens and the given secrets are taken out, wherever in a line they stand. */
export function createLog(options: LogOptions): Log {
  const redact = createRedactor(options.secrets)
  return pino(
    { name: 'bot', level: options.level, serializers: { err: describeError } },
    { write: (line: string) => options.write(redact(line)) },
  )
}

/**
 * What a log says of an error. Errors of Octokit and its webhooks carry whole requests and payloads, which do not belong into
 * a log: so this lists what it takes instead of what it leaves out.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const { name, message, stack, cause } = error
  const status = 'status' in error ? error.status : undefined
  const code = 'code' in error ? error.code : undefined
  const errors = error instanceof AggregateError ? error.errors.map(describeError) : undefined
  return {
    type: name,
    message,
    code,
    status,
    stack,
    errors,
    cause: cause === undefined ? undefined : describeError(cause),
  }
}
