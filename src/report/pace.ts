/**
 * GitHub asks for one write a second for each installation and allows short bursts (docs.github.com, "Best practices for using the
 * REST API"). The last of a burst is kept for final statuses, so that "Installing…" never stands in the way of "Live".
 */
const BURST = 10
const KEPT_FOR_FINAL = 4
const EACH_MS = 1000
/** Installations that have not written for this long have their whole burst again and need not be remembered. */
const FORGET_MS = BURST * EACH_MS
/** Whoever waits for so long gets a turn out of so many, whatever is more urgent: nothing waits for ever. */
const LONG_MS = 120_000
const TURNS_FOR_ONE_LONG = 8
/** Nobody is told to wait longer than that: who waits long has to come back to get its turn. */
const LONGEST_WAIT_MS = 60_000
/** Whoever does not come back in time has been ended. */
const GRACE_MS = 30_000
/** How often those are looked for. */
const SWEEP_MS = 1000

/** What is told first when there is not room for all. */
const urgencies = ['final status', 'passing status', 'comment', 'deployment', 'check'] as const

export type Urgency = (typeof urgencies)[number]

interface Turn {
  readonly installationId: number
  /** What is to be told; only one waits for the same. */
  readonly key: string
  /** Who waits: the same each time it asks. */
  readonly owner: string
  readonly urgency: Urgency
  readonly nowMs: number
}

type Answer =
  /** A turn was taken. */
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** Somebody else waits to tell the same, and will tell it as it is then. */
  | { readonly kind: 'covered' }

export interface Pace {
  ask(turn: Turn): Answer
  /** There is nothing to tell any more. */
  leave(turn: Pick<Turn, 'installationId' | 'key' | 'owner'>): void
  /** GitHub wants nothing from this installation before then. */
  hold(installationId: number, untilMs: number): void
}

interface Ticket {
  readonly owner: string
  readonly rank: number
  /** Its place among those of the same rank. */
  readonly order: number
  readonly sinceMs: number
  readonly dueMs: number
}

interface Bucket {
  turns: number
  atMs: number
  sweptAtMs: number
  heldUntilMs: number
  turnsSinceLong: number
  orders: number
  readonly waiting: Map<string, Ticket>
}

/** Gives each installation its turns: the most urgent first, among equals whoever has waited longest. */
export function createPace(): Pace {
  const buckets = new Map<number, Bucket>()
  const bucketOf = (installationId: number, nowMs: number): Bucket => {
    const bucket = buckets.get(installationId) ?? newBucket(nowMs)
    // Deleted first, so that the map stays in the order of last use.
    buckets.delete(installationId)
    buckets.set(installationId, bucket)
    return bucket
  }
  return {
    ask(turn) {
      forgetIdle(buckets, turn.nowMs)
      return askBucket(bucketOf(turn.installationId, turn.nowMs), turn)
    },
    leave({ installationId, key, owner }) {
      const waiting = buckets.get(installationId)?.waiting
      if (waiting?.get(key)?.owner === owner) waiting.delete(key)
    },
    hold(installationId, untilMs) {
      const bucket = buckets.get(installationId)
      if (bucket !== undefined) bucket.heldUntilMs = Math.max(bucket.heldUntilMs, untilMs)
    },
  }
}

function askBucket(bucket: Bucket, { key, owner, urgency, nowMs }: Turn): Answer {
  refill(bucket, nowMs)
  const rank = urgencies.indexOf(urgency)
  const former = bucket.waiting.get(key)
  if (former !== undefined && former.owner !== owner && former.rank <= rank) return { kind: 'covered' }
  const mine = { owner, rank, order: former?.order ?? ++bucket.orders, sinceMs: former?.sinceMs ?? nowMs }
  const needed = turnsNeeded(mine, bucket, { key, nowMs })
  const heldMs = Math.max(0, bucket.heldUntilMs - nowMs)
  if (heldMs === 0 && bucket.turns >= needed) {
    bucket.turns -= 1
    bucket.turnsSinceLong = isLong(mine, nowMs) ? 0 : bucket.turnsSinceLong + 1
    bucket.waiting.delete(key)
    return { kind: 'go' }
  }
  const turnMs = Math.ceil(Math.max(0, (needed - bucket.turns) * EACH_MS))
  const afterMs = Math.max(1, Math.min(heldMs + turnMs, heldMs + LONGEST_WAIT_MS))
  bucket.waiting.set(key, { ...mine, dueMs: nowMs + afterMs })
  return { kind: 'wait', afterMs }
}

function refill(bucket: Bucket, nowMs: number): void {
  bucket.turns = Math.min(BURST, bucket.turns + Math.max(0, nowMs - bucket.atMs) / EACH_MS)
  bucket.atMs = nowMs
  if (nowMs - bucket.sweptAtMs < SWEEP_MS) return
  bucket.sweptAtMs = nowMs
  for (const [key, { dueMs }] of bucket.waiting) if (dueMs + GRACE_MS < nowMs) bucket.waiting.delete(key)
}

type Waiting = Pick<Ticket, 'rank' | 'order' | 'sinceMs'>

/** How many turns there must be for this one to have its own: those that come before have theirs first. */
function turnsNeeded(
  mine: Waiting,
  { waiting, turnsSinceLong }: Pick<Bucket, 'waiting' | 'turnsSinceLong'>,
  { key, nowMs }: { readonly key: string; readonly nowMs: number },
): number {
  let before = 0
  let longest: Waiting | undefined = isLong(mine, nowMs) ? mine : undefined
  // Thousands may wait where somebody pushes without end, and each of them asks: so no lists are made of them.
  for (const [other, one] of waiting) {
    if (other === key) continue
    if (isBefore(one, mine)) before += 1
    if (isLong(one, nowMs) && (longest === undefined || one.order < longest.order)) longest = one
  }
  const usual = 1 + before + (mine.rank === 0 ? 0 : KEPT_FOR_FINAL)
  if (turnsSinceLong < TURNS_FOR_ONE_LONG - 1) return usual
  if (longest === mine) return 1
  return longest === undefined || isBefore(longest, mine) ? usual : usual + 1
}

function isLong({ sinceMs }: Waiting, nowMs: number): boolean {
  return nowMs - sinceMs > LONG_MS
}

function isBefore(one: Waiting, other: Waiting): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.order < other.order)
}

function newBucket(nowMs: number): Bucket {
  return {
    turns: BURST,
    atMs: nowMs,
    sweptAtMs: nowMs,
    heldUntilMs: 0,
    turnsSinceLong: 0,
    orders: 0,
    waiting: new Map(),
  }
}

function forgetIdle(buckets: Map<number, Bucket>, nowMs: number): void {
  for (const [installationId, { atMs, heldUntilMs, waiting }] of buckets) {
    if (nowMs - atMs <= FORGET_MS) return
    if (waiting.size === 0 && heldUntilMs < nowMs) buckets.delete(installationId)
  }
}
