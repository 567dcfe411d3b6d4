import { setTimeout as wait } from 'node:timers/promises'
import type { Octokit } from '@octokit/rest'
import { statusOf } from './classify-failure.ts'

/** GitHub lets an installation send 900 requests a minute (docs.github.com, "Rate limits for the REST API"); half of that is for us. */
const EACH_MS = 130
const BURST = 60
/** The rest of its hourly budget is for pushes and reports. */
const KEPT_SHARE = 0.3
const KEPT_ANSWERS = 5000

export interface Question<T> {
  readonly octokit: Octokit
  /** Whose budget it is: an installation, or 0 for the App itself. */
  readonly installationId: number
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** The part of an answer that is kept for when GitHub says that nothing has changed. */
  readonly read: (data: unknown) => T
}

/** Asks GitHub what may have changed since it was last asked, in no hurry. */
export interface Reader {
  /**
   * The answer, or the former one when it still holds: that costs nothing of the budget.
   *
   * @throws Octokit's RequestError.
   */
  ask<T>(question: Question<T>): Promise<T>
  /** Whether so much of an installation's hourly budget is spent, or GitHub asked so, that what can wait has to. */
  isSpent(installationId: number): boolean
  /** GitHub wants nothing of this kind from an installation before then. */
  hold(installationId: number, untilMs: number): void
}

interface Answer {
  readonly etag: string
  readonly value: unknown
}

/** @param now in ms since 1970 */
export function createReader(now: () => number): Reader {
  const answers = new Map<string, Answer>()
  const heldUntilMs = new Map<number, number>()
  const hold = (id: number, untilMs: number) => void heldUntilMs.set(id, Math.max(heldUntilMs.get(id) ?? 0, untilMs))
  const turn = createTurns(now)
  return {
    hold,
    isSpent: (id) => (heldUntilMs.get(id) ?? 0) > now(),
    async ask<T>({ octokit, installationId, route, parameters, read }: Question<T>): Promise<T> {
      await turn()
      const key = `${installationId} ${route} ${JSON.stringify(parameters)}`
      const former = answers.get(key)
      const headers = former === undefined ? {} : { 'if-none-match': former.etag }
      try {
        const answer = await octokit.request(route, { ...parameters, headers })
        const spentUntilMs = readBudget(answer.headers)
        if (spentUntilMs !== undefined) hold(installationId, spentUntilMs)
        const value = read(answer.data)
        remember(answers, key, { etag: answer.headers.etag ?? '', value })
        return value
      } catch (error) {
        // The same question was read by the same reader before.
        if (former !== undefined && statusOf(error) === 304) return former.value as T
        throw error
      }
    },
  }
}

/** Until when the budget is to be left alone; undefined when there is enough. */
function readBudget(headers: Readonly<Record<string, string | number | undefined>>): number | undefined {
  const [limit, remaining] = [Number(headers['x-ratelimit-limit']), Number(headers['x-ratelimit-remaining'])]
  const reset = Number(headers['x-ratelimit-reset'])
  if (!Number.isFinite(limit) || !Number.isFinite(remaining) || !Number.isFinite(reset)) return undefined
  return remaining < limit * KEPT_SHARE ? reset * 1000 : undefined
}

function remember(answers: Map<string, Answer>, key: string, answer: Answer): void {
  answers.delete(key)
  if (answer.etag === '') return
  answers.set(key, answer)
  const [oldest] = answers.keys()
  if (answers.size > KEPT_ANSWERS && oldest !== undefined) answers.delete(oldest)
}

/** One after the other, a short burst at once. */
function createTurns(now: () => number): () => Promise<void> {
  let turns = BURST
  let atMs = now()
  return async () => {
    const nowMs = now()
    turns = Math.min(BURST, turns + (nowMs - atMs) / EACH_MS) - 1
    atMs = nowMs
    if (turns < 0) await wait(-turns * EACH_MS)
  }
}
