import { describe, expect, it } from 'vitest'
import { createPace, type Pace, type Urgency } from '../../../src/report/pace.ts'

let keys = 0

/** Asks as somebody who has never asked before. */
function ask(pace: Pace, more: { urgency?: Urgency; nowMs?: number; installationId?: number } = {}) {
  const key = `${(keys += 1)}`
  return pace.ask({ installationId: 1, key, owner: key, urgency: 'final status', nowMs: 0, ...more })
}

it('allows a burst and then one write a second', () => {
  const pace = createPace()
  for (let i = 0; i < 10; i += 1) expect(ask(pace)).toEqual({ kind: 'go' })
  const last = { installationId: 1, key: 'last', owner: 'me', urgency: 'final status' } as const
  expect(pace.ask({ ...last, nowMs: 0 })).toEqual({ kind: 'wait', afterMs: 1000 })
  expect(pace.ask({ ...last, nowMs: 1000 })).toEqual({ kind: 'go' })
})

it('keeps the last of a burst for final states', () => {
  const pace = createPace()
  const granted = Array.from({ length: 20 }, () => ask(pace, { urgency: 'passing status' })).filter(
    (answer) => answer.kind === 'go',
  )
  expect(granted).toHaveLength(6)
  expect(ask(pace)).toEqual({ kind: 'go' })
})

it('paces each installation by itself', () => {
  const pace = createPace()
  for (let i = 0; i < 10; i += 1) ask(pace)
  expect(ask(pace, { installationId: 2 })).toEqual({ kind: 'go' })
})

it('lets one wait for the same thing: the first, or whoever has something more urgent to say', () => {
  const pace = createPace()
  for (let i = 0; i < 10; i += 1) ask(pace)
  const same = { installationId: 1, key: 'status d1', nowMs: 0 } as const
  expect(pace.ask({ ...same, owner: 'a', urgency: 'passing status' })).toMatchObject({ kind: 'wait' })
  expect(pace.ask({ ...same, owner: 'b', urgency: 'passing status' })).toEqual({ kind: 'covered' })
  expect(pace.ask({ ...same, owner: 'c', urgency: 'final status' })).toMatchObject({ kind: 'wait' })
  expect(pace.ask({ ...same, owner: 'a', urgency: 'final status', nowMs: 100 })).toEqual({ kind: 'covered' })
  expect(pace.ask({ ...same, owner: 'c', urgency: 'final status', nowMs: 1000 })).toEqual({ kind: 'go' })
})

it('forgets who has nothing to say any more, and who does not come back', () => {
  const pace = createPace()
  for (let i = 0; i < 10; i += 1) ask(pace)
  const [first, second] = ['first', 'second'].map((key) => ({ installationId: 1, key, owner: key }) as const)
  if (first === undefined || second === undefined) throw new Error('unreachable')
  pace.ask({ ...first, urgency: 'final status', nowMs: 0 })
  expect(pace.ask({ ...second, urgency: 'final status', nowMs: 0 })).toEqual({ kind: 'wait', afterMs: 2000 })
  pace.leave(first)
  expect(pace.ask({ ...second, urgency: 'final status', nowMs: 1000 })).toEqual({ kind: 'go' })
  pace.ask({ ...first, urgency: 'final status', nowMs: 1000 })
  expect(pace.ask({ ...second, owner: 'another', urgency: 'check', nowMs: 40_000 })).toEqual({ kind: 'go' })
})

it('does not spend the bot on asking for turns where thousands wait for one', () => {
  // As a ratio in one run, the best of some: to make a list of all that wait, each time, takes longer than to look at each once.
  const best = (work: () => void) => {
    const took = Array.from({ length: 5 }, () => {
      const startMs = performance.now()
      for (let i = 0; i < 50; i += 1) work()
      return performance.now() - startMs
    })
    return Math.min(...took)
  }
  const pace = createPace()
  for (let i = 0; i < 3000; i += 1) ask(pace, { urgency: 'check' })
  const asking = best(() => void ask(pace, { urgency: 'check' }))
  const map = new Map(Array.from({ length: 3000 }, (_, index) => [index, { index }]))
  const listing = best(() => void [...map].filter(([key]) => key !== 7).map(([, value]) => value))
  expect(asking).toBeLessThan(listing / 2)
})

it('asks nothing of GitHub before the time that it named', () => {
  const pace = createPace()
  ask(pace)
  pace.hold(1, 60_000)
  expect(ask(pace, { nowMs: 1000 })).toEqual({ kind: 'wait', afterMs: 59_000 })
  expect(ask(pace, { nowMs: 60_000 })).toEqual({ kind: 'go' })
})

interface Job {
  readonly key: string
  readonly urgency: Urgency
  atMs: number
  sentAtMs?: number
}

/** Lets jobs ask, wait as they are told and ask again, on a clock of its own, until the last one has had its turn. */
function run(pace: Pace, jobs: readonly Job[], untilMs = Infinity): void {
  for (;;) {
    const next = jobs.filter((job) => job.sentAtMs === undefined).toSorted((a, b) => a.atMs - b.atMs)[0]
    if (next === undefined || next.atMs > untilMs) return
    const { key, urgency, atMs: nowMs } = next
    const answer = pace.ask({ installationId: 1, key, owner: key, urgency, nowMs })
    if (answer.kind === 'go') next.sentAtMs = nowMs
    else if (answer.kind === 'wait') next.atMs = nowMs + answer.afterMs
    else throw new Error('covered by nobody')
  }
}

function jobs(urgency: Urgency, count: number, atMs = (_index: number) => 0): Job[] {
  return Array.from({ length: count }, (_, index) => ({ key: `${urgency} ${index}`, urgency, atMs: atMs(index) }))
}

const latest = (of: readonly Job[]) => Math.max(...of.map(({ sentAtMs }) => sentAtMs ?? Infinity))

describe('with 100 deployments at once', () => {
  it('tells the last final status at the earliest moment that one write a second allows, whatever else waits', () => {
    const finals = jobs('final status', 100)
    const others = (['deployment', 'check', 'comment', 'passing status'] as const).flatMap((urgency) =>
      jobs(urgency, 100),
    )
    run(createPace(), [...others, ...finals])
    // Others were asked for first, and took the part of the burst that is not kept.
    expect(latest(finals)).toBe((100 - 4) * 1000)
    expect(latest(others)).toBeLessThanOrEqual((500 - 10 + 5) * 1000)
  })

  it('tells what matters more first: statuses, then comments, then Deployments, then check runs', () => {
    const classes = (['check', 'deployment', 'comment', 'passing status'] as const).map((urgency) => jobs(urgency, 20))
    run(createPace(), classes.flat())
    const [checks, deployments, comments, statuses] = classes.map(latest)
    expect([statuses, comments, deployments, checks].map(Number)).toEqual(
      [statuses, comments, deployments, checks].map(Number).toSorted((a, b) => a - b),
    )
    expect(statuses).toBeLessThanOrEqual(20_000)
    expect(comments).toBeLessThanOrEqual(40_000)
  })

  it('asks for a turn a few times for each write, not once a second', () => {
    const all = (['check', 'deployment', 'final status'] as const).flatMap((urgency) => jobs(urgency, 100))
    const pace = createPace()
    let asked = 0
    run({ ...pace, ask: (turn) => ((asked += 1), pace.ask(turn)) }, all)
    expect(asked).toBeLessThan(300 * 8)
  })

  it('gives everybody a turn at last, though something more urgent comes every second', () => {
    const finals = jobs('final status', 1500, (index) => index * 1000)
    const checks = jobs('check', 20)
    run(createPace(), [...finals, ...checks], 1_400_000)
    expect(latest(checks)).toBeLessThan(600_000)
    const late = finals
      .filter(({ sentAtMs }) => sentAtMs !== undefined)
      .map((job, index) => (job.sentAtMs ?? 0) - index * 1000)
    expect(Math.max(...late)).toBeLessThan(30_000)
  })
})
