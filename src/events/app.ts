import type { ApplicationFunction } from 'probot'
import { MicropushError } from '../../contract/errors.ts'
import type { DeliveryRecord } from '../../contract/store/repository/deliveries.ts'
import type { Log } from '../log.ts'
import type { NewEvent } from './accept.ts'
import type { Delivery, Read } from './read.ts'
import { aboutEvent } from './about.ts'
import { readCheck } from './read-check.ts'
import { readComment } from './read-comment.ts'
import { readInstallation } from './read-installation.ts'
import { readMergeGroup } from './read-merge-group.ts'
import { readPull } from './read-pull.ts'
import { readPush } from './read-push.ts'
import { readRepositoryEvent } from './read-repository.ts'

/** Well below the 10 s that GitHub waits, and below the 9 s after which the middleware answers 202 without a job. */
const ACCEPT_DEADLINE_MS = 4500

/** What is read of each event of GitHub's; every other one is answered and left alone. */
const readers = {
  push: readPush,
  pull_request: readPull,
  merge_group: readMergeGroup,
  issue_comment: readComment,
  check_run: readCheck,
  repository: readRepositoryEvent,
  installation: readInstallation,
  installation_repositories: readInstallation,
  installation_target: readInstallation,
} as const satisfies Record<string, (delivery: Delivery) => Read>

/** Events that would leave something undone if they were lost. */
export const neededEvents = Object.keys(readers)

export interface AppOptions {
  /** Notes an event durably; when it resolves, GitHub may forget the delivery. */
  readonly accept: (event: NewEvent) => Promise<void>
  /** Notes for people what is made of an event of a repository. */
  readonly note: (delivery: DeliveryRecord & { readonly fullName: string }) => Promise<void>
  readonly log: Log
}

/**
 * The bot as a Probot app: what an event asks for becomes a job, everything else is answered and left alone. A handler that throws makes
 * Probot answer 500, which keeps the delivery in GitHub's list of failed ones.
 */
export function createApp({ accept, note, log }: AppOptions): ApplicationFunction {
  return (app) => {
    app.onAny(async ({ id, name, payload }) => {
      const read = readersOf(name)?.({ deliveryId: id, payload, receivedAtMs: Date.now() })
      if (read === undefined) return
      const { repositories, ...about } = aboutEvent(name, payload)
      const noteAll = async (decision: string) => {
        const noted = { deliveryId: id, atMs: Date.now(), ...about, decision }
        await Promise.all(repositories.map((fullName) => note({ ...noted, fullName }))).catch((error: unknown) => {
          log.warn({ err: error, delivery: id }, 'what is made of a delivery could not be noted')
        })
      }
      if (read.queue === 'none') {
        const { reason, isNoise = false } = read
        if (!isNoise) await noteAll(`nothing: ${reason}`)
        log[isNoise ? 'debug' : 'info']({ delivery: id, reason }, `${name} left alone`)
        return
      }
      try {
        await withDeadline(accept(read))
      } catch (cause) {
        const words = 'The queue cannot be reached, so this delivery was not accepted.'
        throw new MicropushError('engine-unavailable', words, { cause })
      }
      await noteAll('accepted')
      log.info({ delivery: id, repository: repositories[0] }, `${name} accepted`)
    })
  }
}

function readersOf(event: string): ((delivery: Delivery) => Read) | undefined {
  return Object.hasOwn(readers, event) ? readers[event as keyof typeof readers] : undefined
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer in time')), ACCEPT_DEADLINE_MS)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
