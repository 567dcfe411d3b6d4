import { z } from 'zod'

/**
 * GitHub takes a thousand statuses for a commit and context and refuses all others (docs.github.com, "Create a commit status"). The last
 * hundred are for final states: a commit that is deployed again and again must not end as pending for ever.
 */
const MOST_PASSING = 900

const sentStatus = z.object({
  sequence: z.number().optional(),
  count: z.number().int().default(1),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string(),
  targetUrl: z.string().optional(),
})

/** A status to be sent, and the push that it is about. */
interface NextStatus {
  readonly sequence: number | undefined
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly description: string
  readonly targetUrl: string | undefined
}

/** A status as it was sent. */
export interface SentStatus extends NextStatus {
  /** How many GitHub has of its commit and context, this one included. */
  readonly count: number
}

/** Whether a status is to be sent after the one that GitHub has: not the same again, and nothing of an older push of the same commit. */
export function decideSend(
  last: SentStatus | undefined,
  next: NextStatus,
): 'send' | 'sent before' | 'outdated' | 'left out: GitHub takes no more than 1000' {
  if (last === undefined) return 'send'
  if (last.sequence !== undefined && next.sequence !== undefined && next.sequence < last.sequence) return 'outdated'
  const same = last.state === next.state && last.description === next.description && last.targetUrl === next.targetUrl
  if (same) return 'sent before'
  const isLeftOut = next.state === 'pending' && last.count >= MOST_PASSING
  return isLeftOut ? 'left out: GitHub takes no more than 1000' : 'send'
}

/** What the store kept; a record of an older form counts as none, and costs one status sent twice. */
export function readSent(value: string | undefined): SentStatus | undefined {
  if (value === undefined) return undefined
  const parsed = sentStatus.safeParse(JSON.parse(value))
  if (!parsed.success) return undefined
  const { sequence, state, description, targetUrl, count } = parsed.data
  return { sequence, state, description, targetUrl, count }
}

/** A sent status in the form that the store keeps. */
export function writeSent(sent: SentStatus): string {
  return JSON.stringify(sent)
}
