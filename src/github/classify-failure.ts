/** What a failed call to GitHub asks of the caller. */
export type Failure =
  /** What was asked for does not exist, is not ours to see, or will be refused every time. */
  | { readonly kind: 'final'; readonly status: number }
  /** `afterMs` when GitHub said how long to wait; otherwise the caller's own back-off. */
  | { readonly kind: 'retry'; readonly afterMs: number | undefined }

interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
  /** What the answer's body says. */
  readonly message: string
}

const UNHINTED_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 65 * 60_000

/**
 * Reads GitHub's hints: `retry-after` in seconds, else `x-ratelimit-reset` when nothing remains, else a minute for a secondary limit
 * (docs.github.com, "Rate limits for the REST API"). Only its words tell a secondary limit without a hint from a missing permission.
 */
export function classifyAnswer({ status, headers, message }: Answer, nowMs: number): Failure {
  if (status >= 500 || status === 401 || status === 408) return { kind: 'retry', afterMs: undefined }
  if (status === 403 || status === 429) {
    const isLimit = status === 429 || /rate.limit/i.test(message)
    const afterMs = hintedWait(headers, nowMs) ?? (isLimit ? UNHINTED_WAIT_MS : undefined)
    if (afterMs !== undefined) return { kind: 'retry', afterMs: Math.min(Math.max(afterMs, 1000), LONGEST_WAIT_MS) }
  }
  return { kind: 'final', status }
}

/** The same for what Octokit threw; what did not come from an answer, such as a lost connection, is worth another try. */
export function classifyFailure(thrown: unknown, nowMs: number): Failure {
  const status = statusOf(thrown)
  if (status === undefined) return { kind: 'retry', afterMs: undefined }
  return classifyAnswer({ status, headers: headersOf(thrown), message: String(thrown) }, nowMs)
}

/**
 * Whether GitHub refuses because the installation was not granted a right (docs.github.com, "Troubleshooting the REST API": "Resource not
 * accessible"); other refusals, such as those of an archived repository, have other words.
 */
export function isMissingRight(thrown: unknown): boolean {
  return statusOf(thrown) === 403 && /resource not accessible by integration/i.test(String(thrown))
}

/** The HTTP status of an Octokit error; undefined for anything that did not come from an answer. */
export function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown)) return undefined
  return typeof thrown.status === 'number' ? thrown.status : undefined
}

function hintedWait(headers: Readonly<Record<string, unknown>>, nowMs: number): number | undefined {
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(retryAfter)) return retryAfter * 1000
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  if (headers['x-ratelimit-remaining'] === '0' && Number.isFinite(reset)) return reset * 1000 - nowMs
  return undefined
}

function headersOf(thrown: unknown): Readonly<Record<string, unknown>> {
  if (!(thrown instanceof Error) || !('response' in thrown)) return {}
  const response = thrown.response as { readonly headers?: Readonly<Record<string, unknown>> } | undefined
  return response?.headers ?? {}
}
