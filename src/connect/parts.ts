import type { GitHubAddress } from '../../contract/github-address.ts'
import type { SetupSettings } from '../env.ts'
import type { Page } from '../http/respond.ts'
import type { Log } from '../log.ts'
import type { Echo } from './address/echo.ts'
import type { Connection } from './connection.ts'
import type { Diagnosis } from './diagnosis/diagnosis.ts'
import type { Gate } from './gate.ts'
import type { AppDemands } from './manifest.ts'
import type { Sightings } from './sightings.ts'

/** What the pages of the way to GitHub work with. */
export interface SetupParts {
  readonly settings: SetupSettings
  readonly github: GitHubAddress
  /** For people: `github.com`. */
  readonly githubHost: string
  readonly connection: Connection
  readonly gate: Gate
  readonly echo: Echo
  readonly sightings: Sightings
  readonly diagnosis: Diagnosis
  readonly demands: AppDemands
  readonly log: Log
}

/** Sends a browser on, after a form too. */
export function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Page {
  const body = `Go on to ${location}\n`
  return { status: 303, type: 'text/plain; charset=utf-8', body, headers: { location, ...headers } }
}
