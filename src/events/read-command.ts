import { z } from 'zod'
import type { CommandName } from '../../contract/command.ts'
import { parseCommand } from './parse-command.ts'
import { ignore, overlook, type Delivery, type Read } from './read.ts'

const repository = z.object({ id: z.number().int(), name: z.string(), owner: z.object({ login: z.string() }) })
const installation = z.object({ id: z.number().int() }).optional()
const account = z.object({ login: z.string().max(100), type: z.string().max(100) })

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
  if (!parsed.success) return ignore(`not an issue_comment event: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  const { action, issue, comment, repository, installation } = parsed.data
  if (action !== 'created') return overlook(`nothing to do when a comment is ${action}`)
  const command = parseCommand(comment.body ?? '')
  if (command === undefined) return overlook('no command')
  if (comment.user === null || isBot(comment.user)) return ignore('not by a person')
  if (installation === undefined) return ignore('not sent for an installation of the app')
  const createdAtMs = Date.parse(comment.created_at)
  if (receivedAtMs - createdAtMs > STALE_MS)
    return ignore('the command is older than 15 minutes; it is to be given again if it is still wanted')
  return {
    queue: 'command',
    job: {
      deliveryId,
      installationId: installation.id,
      repositoryId: repository.id,
      owner: repository.owner.login,
      repository: repository.name,
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

/** The part of GitHub's `check_run` event that is read. `external_id` is what we wrote there. */
const checkEvent = z.object({
  action: z.string().max(100),
  requested_action: z.object({ identifier: z.string().max(100) }).nullish(),
  check_run: z.object({ external_id: z.string().max(100).nullish() }),
  sender: account,
  repository,
  installation,
})

const buttons: ReadonlyMap<string, CommandName> = new Map([
  ['redeploy', 'redeploy'],
  ['rollback', 'rollback'],
  ['resume', 'resume'],
  ['approve', 'approve'],
])

/** What a `check_run` delivery asks for: one of our buttons was pressed, or GitHub's own for another run. Never throws. */
export function readCheck({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = checkEvent.safeParse(payload)
  if (!parsed.success) return ignore(`not a check_run event: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  const { action, requested_action: pressed, check_run: run, sender, repository, installation } = parsed.data
  // Ours tell of themselves too, with every deployment.
  if (action !== 'rerequested' && action !== 'requested_action')
    return overlook(`nothing to do when a check run is ${action}`)
  const name = action === 'rerequested' ? 'redeploy' : buttons.get(pressed?.identifier ?? '')
  if (name === undefined) return ignore('another button than ours')
  if (!/^d[0-9a-f]{30}$/.test(run.external_id ?? '')) return ignore('not a check run of a deployment')
  if (isBot(sender)) return ignore('not by a person')
  if (installation === undefined) return ignore('not sent for an installation of the app')
  return {
    queue: 'command',
    job: {
      deliveryId,
      installationId: installation.id,
      repositoryId: repository.id,
      owner: repository.owner.login,
      repository: repository.name,
      name,
      words: [],
      by: sender.login,
      from: { kind: 'check', deploymentId: run.external_id ?? '' },
      receivedAtMs,
    },
  }
}

function isBot({ login, type }: z.infer<typeof account>): boolean {
  return type !== 'User' || login.endsWith('[bot]')
}
