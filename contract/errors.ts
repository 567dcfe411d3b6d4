/** Whose fault it is decides between `failure` (user) and `error` (operator, platform) on GitHub. */
export type Fault = 'user' | 'operator' | 'platform'

interface Kind {
  readonly fault: Fault
  /** Whether the same job may succeed when it is tried again, with nothing changed by a person. */
  readonly retry: boolean
}

const kinds = {
  'config-invalid': { fault: 'user', retry: false },
  'name-taken': { fault: 'user', retry: false },
  'limit-not-granted': { fault: 'user', retry: false },
  'secret-missing': { fault: 'user', retry: false },
  'secret-unreadable': { fault: 'operator', retry: false },
  'source-too-large': { fault: 'user', retry: false },
  'source-too-many-entries': { fault: 'user', retry: false },
  'source-unsafe': { fault: 'user', retry: false },
  'source-damaged': { fault: 'platform', retry: true },
  'source-gone': { fault: 'user', retry: false },
  'source-unavailable': { fault: 'platform', retry: true },
  'runtime-unknown': { fault: 'user', retry: false },
  'runtime-unavailable': { fault: 'operator', retry: false },
  'entry-missing': { fault: 'user', retry: false },
  'install-failed': { fault: 'user', retry: false },
  'dependencies-too-large': { fault: 'user', retry: false },
  'build-failed': { fault: 'user', retry: false },
  'build-timeout': { fault: 'user', retry: false },
  'start-failed': { fault: 'user', retry: false },
  'start-timeout': { fault: 'user', retry: false },
  'out-of-memory': { fault: 'user', retry: false },
  'disk-full': { fault: 'operator', retry: false },
  'setup-incomplete': { fault: 'operator', retry: false },
  'engine-unavailable': { fault: 'platform', retry: true },
  deadline: { fault: 'platform', retry: false },
  internal: { fault: 'platform', retry: false },
} as const satisfies Record<string, Kind>

/** The closed list of what can go wrong. */
export type ErrorCode = keyof typeof kinds

export const errorCodes = Object.keys(kinds) as readonly ErrorCode[]

/** Whose fault a code is. */
export function faultOf(code: ErrorCode): Fault {
  return kinds[code].fault
}

/**
 * The one error class. Its message is written for the person who pushed: what is wrong, named, and what to do,
 * in one or two sentences that hold no host path, token or stack.
 */
export class MicropushError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'MicropushError'
    this.code = code
  }

  get fault(): Fault {
    return kinds[this.code].fault
  }

  get retry(): boolean {
    return kinds[this.code].retry
  }
}

/** Any thrown value as a MicropushError; what is unknown becomes `internal` and keeps its cause. */
export function asMicropushError(thrown: unknown): MicropushError {
  if (thrown instanceof MicropushError) return thrown
  return new MicropushError(
    'internal',
    'Something went wrong inside micropush. It was logged; push again or ask the operator.',
    {
      cause: thrown,
    },
  )
}
