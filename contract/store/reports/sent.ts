import type { Store } from '../connect.ts'

const SENT_TTL_SECONDS = 30 * 24 * 3600

interface StatusPlace {
  readonly owner: string
  readonly repository: string
  readonly sha: string
  readonly context: string
}

/** One place on GitHub that shows one status at a time. Names and contexts are case-insensitive there. */
export function statusKey({ owner, repository, sha, context }: StatusPlace): string {
  return `${owner}/${repository}/${sha}/${context}`.toLowerCase()
}

/** What was last sent for a commit and context, as `rememberSent` was told. */
export async function lastSent({ redis, keys }: Store, statusKey: string): Promise<string | undefined> {
  return (await redis.get(keys.sent(statusKey))) ?? undefined
}

/** Notes what GitHub was told for a commit and context, so that the same is not sent twice. */
export async function rememberSent(
  { redis, keys }: Store,
  sent: { readonly statusKey: string; readonly value: string },
): Promise<void> {
  await redis.set(keys.sent(sent.statusKey), sent.value, 'EX', SENT_TTL_SECONDS)
}
