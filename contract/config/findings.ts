/** Where something stands in the file; both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A thing in the file that can be at fault: `path` finds it for programs, `at` for people. */
export interface Place {
  /** `micros[1].limits.memory`; empty for the whole file. */
  readonly path: string
  readonly at: Position
}

export interface ConfigError extends Position {
  readonly file: string
  /** One sentence for the person who pushed: the thing at fault, and what to do. */
  readonly message: string
  readonly path: string
}

/** What a person has to hear about one config file, collected while it is read, so that one push shows every fault. */
export interface Findings {
  readonly errors: readonly ConfigError[]
  readonly warnings: readonly string[]
  error(place: Place, message: string): void
  warn(place: Place, message: string): void
}

/** Past this many faults the rest of a file is noise. */
const MOST_ERRORS = 50

/** An empty collection for the file of that name. */
export function newFindings(file: string): Findings {
  const errors: ConfigError[] = []
  const warnings: string[] = []
  return {
    errors,
    warnings,
    error({ path, at }, message) {
      if (errors.length < MOST_ERRORS) errors.push({ file, message, path, ...at })
    },
    warn({ at }, message) {
      if (warnings.length < MOST_ERRORS) warnings.push(`${file} line ${at.line}: ${message}`)
    },
  }
}
