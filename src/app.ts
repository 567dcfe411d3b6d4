import type { ApplicationFunction } from 'probot'
import { MicropushError } from '../contract/errors.ts'
import type { PushJob } from '../contract/jobs.ts'
import type { Log } from './log.ts'
import { readPush } from './read-push.ts'

/** Well below the 10 s that GitHub waits, and below the 9 s after which the middleware answers 202 without a job. */
const ACCEPT_DEADLINE_MS = 4500

export interface AppOptions {
  /** Notes a push durably; when it resolves, GitHub may forget the delivery. */
  readonly acceptPush: (push: Omit<PushJob, 'sequence'>) => Promise<void>
  readonly log: Log
}

/**
 * The bot as a Probot app: a push of a branch becomes a job, everything else is answered and left alone. A handler that throws makes
 * Probot answer 500, which keeps the delivery in GitHub's list of failed ones.
 */
export function createApp({ acceptPush, log }: AppOptions): ApplicationFunction {
  return (app) => {
    app.on('push', async ({ id, payload }) => {
      const read = readPush({ deliveryId: id, payload, receivedAtMs: Date.now() })
      if (read.kind === 'ignore') {
        log.info({ delivery: id, reason: read.reason }, 'push left alone')
        return
      }
      const { push } = read
      try {
        await withDeadline(acceptPush(push))
      } catch (cause) {
        throw new MicropushError(
          'engine-unavailable',
          'The queue cannot be reached, so this delivery was not accepted.',
          {
            cause,
          },
        )
      }
      const { owner, repository, branch, sha } = push
      log.info({ delivery: id, repository: `${owner}/${repository}`, branch, sha }, 'push accepted')
    })
  }
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
