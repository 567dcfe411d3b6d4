import type { AppGrant } from './auth/app-grant.ts'
import type { AppIdentity } from './auth/credentials.ts'
import type { Faults } from './faults/faults.ts'
import type { Git } from './git/git.ts'
import type { Codes } from './manifest/codes.ts'
import type { Rates } from './http/rate.ts'
import type { Urls } from './shapes/urls.ts'
import type { Database } from './state/database.ts'
import type { StatusFeed } from './push/status-feed.ts'
import type { Deliveries } from './webhooks/deliveries.ts'
import type { Hook } from './webhooks/post.ts'

/** Fixed words and what belongs to them; never a token. */
type Log = (message: string, data?: Readonly<Record<string, unknown>>) => void

/** How long the forge waits for what, in milliseconds. */
export interface Waits {
  /** For the App to answer a webhook. */
  readonly deliveryMs: number
  /** After a push: for the first commit status. */
  readonly firstStatusMs: number
  /** After the last status became final: for one of another micro. */
  readonly quietMs: number
  /** For everything of one push together. */
  readonly followMs: number
}

export const defaultWaits: Waits = { deliveryMs: 10_000, firstStatusMs: 2000, quietMs: 700, followMs: 10 * 60_000 }

export interface ForgeOptions {
  readonly dataDir: string
  /** 0 takes a free one. */
  readonly port: number
  readonly webhookUrl: string
  /** The PATH on which git is found. */
  readonly searchPath: string
  /** The App's manifest; the repository's own `app.yml` unless given. */
  readonly manifest?: URL
  readonly waits?: Partial<Waits>
  /** Milliseconds since 1970. */
  readonly clock?: () => number
  readonly log?: Log
}

/** The parts that requests and pushes work with, wired in `server.ts`. */
export interface Forge {
  readonly dataDir: string
  readonly app: AppIdentity
  readonly grant: AppGrant
  readonly database: Database
  readonly git: Git
  readonly urls: Urls
  readonly feed: StatusFeed
  readonly faults: Faults
  readonly rates: Rates
  readonly hook: Hook
  readonly deliveries: Deliveries
  readonly codes: Codes
  readonly waits: Waits
  readonly clock: () => number
  readonly log: Log
  /** Aborts when the forge is told to end. */
  readonly stopping: AbortSignal
}
