import { randomBytes } from 'node:crypto'

const HOUR_MS = 3_600_000

/** What the conversion of a manifest gives out, once. */
interface Conversion {
  readonly pem: string
  readonly clientSecret: string
}

/** Codes that a browser carries from the forge's page to the App, and what keeps other sites from pressing that page's buttons. */
export interface Codes {
  /** Stands in each of the forge's forms, which another site cannot read. */
  readonly formKey: string
  issue(conversion: Conversion): string
  /** Good once, for an hour. */
  take(code: string): Conversion | undefined
}

/** They live in memory: whoever restarts the forge on the way begins again. */
export function createCodes(clock: () => number): Codes {
  const issued = new Map<string, Conversion & { readonly untilMs: number }>()
  return {
    formKey: randomBytes(16).toString('hex'),
    issue(conversion) {
      const code = randomBytes(20).toString('hex')
      issued.set(code, { ...conversion, untilMs: clock() + HOUR_MS })
      return code
    },
    take(code) {
      const found = issued.get(code)
      issued.delete(code)
      return found !== undefined && found.untilMs > clock() ? found : undefined
    },
  }
}
