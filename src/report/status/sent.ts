import { z } from 'zod'

const sentStatus = z.object({
  sequence: z.number().optional(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string(),
  targetUrl: z.string().optional(),
})

/** A status as it was sent, and the push that it was sent for. */
export interface SentStatus {
  readonly sequence: number | undefined
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly description: string
  readonly targetUrl: string | undefined
}

/** Whether a status is to be sent after the one that GitHub has: not the same again, and nothing of an older push of the same commit. */
export function decideSend(last: SentStatus | undefined, next: SentStatus): 'send' | 'sent before' | 'outdated' {
  if (last === undefined) return 'send'
  if (last.sequence !== undefined && next.sequence !== undefined && next.sequence < last.sequence) return 'outdated'
  const same = last.state === next.state && last.description === next.description && last.targetUrl === next.targetUrl
  return same ? 'sent before' : 'send'
}

/** What the store kept; a record of an older form counts as none, and costs one status sent twice. */
export function readSent(value: string | undefined): SentStatus | undefined {
  if (value === undefined) return undefined
  const parsed = sentStatus.safeParse(JSON.parse(value))
  if (!parsed.success) return undefined
  const { sequence, state, description, targetUrl } = parsed.data
  return { sequence, state, description, targetUrl }
}

/** A sent status in the form that the store keeps. */
export function writeSent(sent: SentStatus): string {
  return JSON.stringify(sent)
}
