import { z } from 'zod'
import { parseCommand } from './parse-command.ts'
import { account, installation, isBot, NO_INSTALLATION, notOf, placeOf, repository } from './payload.ts'
import { ignore, overlook, type Delivery, type Read } from './read.ts'

/** The part of GitHub's `issue_comment` event that is read. */
const commentEvent = z.object({
  action: z.string().max(100),
  issue: z.object({ number: z.number().int().positive(), pull_request: z.unknown().optional() }),
  comment: z.object({
    id: z.number().int(),
    body: z.string().nullish(),
    created_at: z.iso.datetime({ offset: true }),
    user: account.nullable(),
  }),
  repository,
  installation,
})

/** GitHub tells whole seconds. */
const SECOND_MS = 1000
/** What was asked for while nobody was there to hear it is not done behind everybody's back. */
const STALE_MS = 15 * 60_000

/**
 * What an `issue_comment` delivery asks for: a command on the first line of a new comment of a person. Whether that person may is looked up
 * later. Never throws.
 */
export function readComment({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = commentEvent.safeParse(payload)
  if (!parsed.success) return ignore(notOf('issue_comment', parsed.error))
  const { action, issue, comment, repository, installation } = parsed.data
  if (action !== 'created') return overlook(`nothing to do when a comment is ${action}`)
  const command = parseCommand(comment.body ?? '')
  if (command === undefined) return overlook('no command')
  if (comment.user === null || isBot(comment.user)) return ignore('not by a person')
  if (installation === undefined) return ignore(NO_INSTALLATION)
  const createdAtMs = Date.parse(comment.created_at)
  if (receivedAtMs - createdAtMs > STALE_MS)
    return ignore('the command is older than 15 minutes; it is to be given again if it is still wanted')
  return {
    queue: 'command',
    job: {
      deliveryId,
      ...placeOf(repository, installation),
      name: command.name,
      words: [...command.words],
      by: comment.user.login,
      from: {
        kind: 'comment',
        commentId: comment.id,
        issue: issue.number,
        isPull: issue.pull_request !== undefined && issue.pull_request !== null,
      },
      receivedAtMs,
      // The delivery may come late, and much may have been pushed meanwhile.
      saidAtMs: Math.min(receivedAtMs, createdAtMs + SECOND_MS - 1),
    },
  }
}
