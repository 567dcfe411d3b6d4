import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { Answered, LonelyDoor, Sent } from './door.ts'
import { wrongWith, type Found } from './rightful.ts'

/** GitHub waits ten times as long. */
const LONGEST_MS = 1000
/** At a time; GitHub sends so many of one push to a busy organisation. */
const TOGETHER = 4

export interface Titled extends Sent {
  readonly title: string
  readonly raw: string
}

/**
 * Delivers all of these and fails unless each is answered in time by a 2xx or 4xx, nothing fell over, and every job is one that its
 * delivery rightly asks for. The jobs.
 */
export async function takeThem(door: LonelyDoor, deliveries: readonly Titled[]): Promise<readonly Found[]> {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const all = deliveries.map((each) => ({ ...each, guid: each.guid ?? randomUUID() }))
  const answers: (Answered & { readonly title: string })[] = []
  const left = all.values()
  const take = async () => {
    for (const each of left) answers.push({ title: each.title, ...(await door.deliver(each)) })
  }
  await Promise.all(Array.from({ length: TOGETHER }, take))
  const jobs = await door.takeJobs()
  process.off('unhandledRejection', note)

  const bad = answers.filter(({ status }) => status < 200 || (status >= 300 && status < 400) || status >= 500)
  expect(bad, 'answered neither 2xx nor 4xx').toEqual([])
  expect(
    answers.filter(({ tookMs }) => tookMs > LONGEST_MS),
    'answered late',
  ).toEqual([])
  expect(answers.length).toBe(all.length)
  const byGuid = new Map(all.map((each) => [each.guid, each]))
  const wrong = jobs.flatMap((job) => {
    const delivery = byGuid.get(job.id ?? '')
    const why = delivery === undefined ? 'from no delivery at all' : wrongWith(job, delivery)
    return why === undefined
      ? []
      : [`${why} [${job.queue}] ${delivery?.title ?? ''} ${JSON.stringify(job.data).slice(0, 300)}`]
  })
  expect(wrong, 'jobs that nothing rightly asked for').toEqual([])
  expect(unhandled).toEqual([])
  expect(
    door.parts.lines.filter((line) => /"level":(?:50|60)/.test(line)),
    'errors in the log',
  ).toEqual([])
  return jobs
}
