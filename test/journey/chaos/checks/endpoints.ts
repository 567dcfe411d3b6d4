import { getDeployment } from '../../../../contract/store/deployments.ts'
import { targetStanding } from '../../../../contract/store/micros.ts'
import { readPause } from '../../../../contract/store/pauses.ts'
import { microKey, targetKey } from '../../../../contract/target-key.ts'
import type { Answered, MicroPlan } from '../contents.ts'
import type { Place } from '../place.ts'
import type { CommitTruth, PlaceTruth, PullTruth } from '../truth.ts'
import type { World } from '../world.ts'

/** What an endpoint is to be: nothing else answers at it. */
type Wanted =
  | { readonly kind: 'commit'; readonly sha: string; readonly why: string }
  | { readonly kind: 'version'; readonly version: string; readonly why: string }
  /** Nothing new was to be deployed: what was there goes on, which is one of these, or nothing. */
  | { readonly kind: 'earlier'; readonly shas: ReadonlySet<string>; readonly why: string }

/** A start takes a second or two, on a machine that has much to do. */
const ASK_MS = 20_000

/** Each endpoint that does not answer as GitHub says that it should, or that is not to be there. */
export async function wrongEndpoints(
  world: World,
  truths: ReadonlyMap<Place, PlaceTruth | undefined>,
): Promise<string[]> {
  const faults: string[] = []
  const known = new Set<string>()
  for (const [place, truth] of truths) {
    const wanted = truth === undefined ? new Map<string, Wanted>() : await wantedOf(world, place, truth)
    for (const { name } of place.all) {
      const labels = [
        `${name}--${place.owner}`,
        ...[...place.pulls.keys()].map((pull) => `pr-${pull}--${name}--${place.owner}`),
      ]
      for (const label of labels) {
        known.add(label)
        const fault = await faultOf(world, label, wanted.get(label))
        if (fault !== undefined) faults.push(fault)
      }
    }
  }
  return [...faults, ...(await strayHosts(world, known))]
}

async function wantedOf(world: World, place: Place, { head, open }: PlaceTruth): Promise<Map<string, Wanted>> {
  const wanted = new Map<string, Wanted>()
  for (const micro of head.isBroken ? place.all : head.micros) {
    wanted.set(`${micro.name}--${place.owner}`, await wantedLive(world, { place, head, micro }))
  }
  for (const pull of open) {
    for (const micro of pull.head.isBroken ? place.all : pull.head.micros) {
      const one = await wantedPreview(world, { place, pull, micro })
      if (one !== undefined) wanted.set(`pr-${pull.number}--${micro.name}--${place.owner}`, one)
    }
  }
  return wanted
}

interface Live {
  readonly place: Place
  readonly head: CommitTruth
  readonly micro: MicroPlan
}

async function wantedLive({ stack }: World, { place, head, micro }: Live): Promise<Wanted> {
  const pause = await readPause(stack.store, microKey({ repositoryId: place.id, micro: micro.name }))
  if (pause !== undefined && place.rolledBack.has(micro.name))
    return { kind: 'commit', sha: pause.sha, why: 'rolled back to' }
  if (head.isBroken) return { kind: 'earlier', shas: place.shas, why: 'broken head' }
  if (head.asksToSkip) return { kind: 'earlier', shas: place.shas, why: 'skipped head' }
  if (micro.hasPaths)
    return { kind: 'version', version: await head.version(micro), why: `of main ${head.sha.slice(0, 7)}` }
  return { kind: 'commit', sha: head.sha, why: 'main' }
}

interface Preview {
  readonly place: Place
  readonly pull: PullTruth
  readonly micro: MicroPlan
}

async function wantedPreview({ stack }: World, { place, pull, micro }: Preview): Promise<Wanted | undefined> {
  const { head, isFork, number } = pull
  if (head.isBroken || head.asksToSkip) return { kind: 'earlier', shas: place.shas, why: 'head is not to be deployed' }
  const target = { kind: 'preview', pull: number, fork: isFork, secrets: 'preview' } as const
  const { newest } = await targetStanding(stack.store, targetKey({ repositoryId: place.id, config: micro, target }))
  if (isFork && (newest === undefined || newest.sha !== head.sha || newest.state === 'held')) {
    const approved = [...place.shas].filter((sha) => place.approved.has(sha))
    if (newest?.sha !== head.sha)
      return { kind: 'commit', sha: head.sha, why: 'head of a fork, which is not even held' }
    return { kind: 'earlier', shas: new Set(approved), why: 'held' }
  }
  if (isFork && !place.approved.has(head.sha)) return { kind: 'earlier', shas: place.approved, why: 'nobody approved' }
  if (micro.hasPaths) return { kind: 'earlier', shas: place.shas, why: 'may be skipped by its paths' }
  return { kind: 'commit', sha: head.sha, why: `head of #${number}` }
}

async function faultOf(world: World, label: string, wanted: Wanted | undefined): Promise<string | undefined> {
  const asked = await world.stack.ask(world.stack.host(label), { timeoutMs: ASK_MS }).catch(String)
  if (typeof asked === 'string') return `${label} does not answer: ${asked}`
  const { status, body } = asked
  const answered = status === 200 ? (JSON.parse(body) as Answered) : undefined
  if (wanted === undefined)
    return answered === undefined && status === 404
      ? undefined
      : `${label} is to be gone, and answers ${said(status, answered)}`
  const words = `${label} answers ${said(status, answered)}`
  switch (wanted.kind) {
    case 'commit':
      return answered?.commit === wanted.sha ? undefined : `${words} and not ${wanted.sha.slice(0, 7)} (${wanted.why})`
    case 'version':
      return answered?.version === wanted.version
        ? undefined
        : `${words} and not version ${wanted.version} (${wanted.why})`
    case 'earlier':
      if (answered === undefined) return status === 404 ? undefined : words
      return wanted.shas.has(answered.commit) ? undefined : `${words}, which it never may (${wanted.why})`
  }
}

function said(status: number, answered: Answered | undefined): string {
  return answered === undefined ? String(status) : `${answered.commit.slice(0, 7)}, version ${answered.version}`
}

/** Hosts that lead to something and that no repository has: their permanent names may be there for as long as they are kept. */
async function strayHosts({ stack }: World, known: ReadonlySet<string>): Promise<string[]> {
  const { redis, keys } = stack.store
  const faults: string[] = []
  for (const [host, id] of Object.entries(await redis.hgetall(keys.hosts))) {
    const label = host.split('.')[0] ?? ''
    const deployment = await getDeployment(stack.store, id)
    if (deployment?.state !== 'live') faults.push(`${label} leads to ${id}, which is ${deployment?.state ?? 'unknown'}`)
    const isPermanent = deployment !== undefined && label.startsWith(`${deployment.sha.slice(0, 7)}--`)
    if (!known.has(label) && !isPermanent) faults.push(`${label} leads to ${id}, and nobody has it`)
  }
  return faults
}
