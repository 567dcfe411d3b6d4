import type { GitHub } from '../../github/client.ts'
import { askGitHub } from './ask-github.ts'
import type { Facts } from './facts.ts'

/** A look costs up to ten requests, of the App's own 5,000 an hour and the installations': one look serves all pages for a while. */
const FRESH_MS = 10_000

export interface Diagnosis {
  /** What GitHub said within the last ten seconds, and after that time, in milliseconds since 1970. */
  look(afterMs?: number): Promise<Facts>
}

interface Parts {
  /** The client of the App in use. */
  readonly client: () => GitHub | undefined
  readonly webUrl: string
  readonly now: () => number
}

export function createDiagnosis({ client, webUrl, now }: Parts): Diagnosis {
  let last: { readonly of: GitHub; readonly atMs: number; readonly facts: Promise<Facts> } | undefined
  return {
    async look(afterMs = 0) {
      const github = client()
      if (github === undefined) return { kind: 'unreachable', code: 'not connected' }
      const freshMs = Math.max(now() - FRESH_MS, afterMs)
      if (last === undefined || last.of !== github || last.atMs < freshMs) {
        last = { of: github, atMs: now(), facts: askGitHub(github, webUrl) }
      }
      return last.facts
    },
  }
}
