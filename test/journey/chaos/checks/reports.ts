import { MARKER } from '../../../../src/report/comment/draw-comment.ts'
import { pathOf, type Place } from '../place.ts'
import type { PlaceTruth } from '../truth.ts'
import { nameOf, type World } from '../world.ts'

interface Status {
  readonly state: string
  readonly context: string
  readonly description: string
}

interface CheckRun {
  readonly name: string
  readonly status: string
}

/** What GitHub was told, where it is not what it should be: nothing pending, the heads right, one comment a pull request. */
export async function wrongReports(
  world: World,
  truths: ReadonlyMap<Place, PlaceTruth | undefined>,
): Promise<string[]> {
  const faults: string[] = []
  for (const [place, truth] of truths) {
    if (truth === undefined || place.isArchived) continue
    faults.push(...(await wrongOnHead(world, place, truth)))
    for (const sha of place.wasShut ? [truth.head.sha] : place.shas)
      faults.push(...(await pendingOn(world, place, sha)))
    faults.push(...(await wrongDeployments(world, place, truth)), ...(await wrongComments(world, place)))
  }
  return faults
}

async function newestStatuses({ github }: World, place: Place, sha: string): Promise<Map<string, Status>> {
  const newest = new Map<string, Status>()
  for (const status of await github.list<Status>(`${pathOf(place)}/commits/${sha}/statuses`)) {
    if (!newest.has(status.context)) newest.set(status.context, status)
  }
  return newest
}

async function pendingOn(world: World, place: Place, sha: string): Promise<string[]> {
  const faults: string[] = []
  const at = `${nameOf(place)} ${sha.slice(0, 7)}`
  const newest = await newestStatuses(world, place, sha)
  let isHeld = false
  for (const { context, state, description } of newest.values()) {
    if (description.startsWith('Waits for approval')) isHeld = true
    else if (state === 'pending') faults.push(`${at}: ${context} is pending (${description})`)
  }
  for (const run of await world.github.list<CheckRun>(`${pathOf(place)}/commits/${sha}/check-runs`)) {
    if (run.status !== 'completed' && !isHeld) faults.push(`${at}: the check run ${run.name} is ${run.status}`)
  }
  return faults
}

async function wrongOnHead(world: World, place: Place, { head, open }: PlaceTruth): Promise<string[]> {
  // A preview of the same commit has the same context.
  if (open.some((pull) => pull.head.sha === head.sha)) return []
  const newest = await newestStatuses(world, place, head.sha)
  const at = `${nameOf(place)} main ${head.sha.slice(0, 7)}`
  if (head.isBroken) {
    const failed = [...newest.values()].some(({ state }) => state === 'failure')
    return failed ? [] : [`${at} has a broken config file and no failure: ${show(newest)}`]
  }
  return head.micros
    .filter(({ name }) => newest.get(`micropush/${name}`)?.state !== 'success')
    .map(({ name }) => `${at}: micropush/${name} is no success: ${show(newest)}`)
}

function show(statuses: ReadonlyMap<string, Status>): string {
  return (
    [...statuses.values()]
      .map(({ context, state, description }) => `${context} ${state} (${description})`)
      .join(', ') || 'no status'
  )
}

/** Of previews that ended, GitHub's environment is inactive; of nothing does it say that it goes on. */
async function wrongDeployments(world: World, place: Place, { open }: PlaceTruth): Promise<string[]> {
  if (place.wasShut) return []
  const faults: string[] = []
  const numbers = new Set(open.map(({ number }) => number))
  const all = await world.github.list<{ id: number; environment: string; sha: string }>(`${pathOf(place)}/deployments`)
  for (const { id, environment, sha } of all) {
    const [newest] = await world.github.list<{ state: string }>(`${pathOf(place)}/deployments/${id}/statuses`)
    const at = `${nameOf(place)} ${sha.slice(0, 7)}: the deployment to ${environment}`
    const pull = /pr-(\d+)/.exec(environment)?.[1]
    const state = newest?.state ?? 'without a status'
    if (pull !== undefined && !numbers.has(Number(pull)) && !/^(?:inactive|failure|error)$/.test(state))
      faults.push(`${at} is ${state}, although #${pull} is closed`)
    else if (/^(?:queued|pending|in_progress|without a status)$/.test(state)) faults.push(`${at} is ${state}`)
  }
  return faults
}

async function wrongComments(world: World, place: Place): Promise<string[]> {
  const faults: string[] = []
  for (const number of place.pulls.keys()) {
    const comments = await world.github.list<{ body: string }>(`${pathOf(place)}/issues/${number}/comments`)
    const ours = comments.filter(({ body }) => body.includes(MARKER))
    if (ours.length > 1) faults.push(`${nameOf(place)} #${number} has ${ours.length} comments with a table`)
  }
  return faults
}
