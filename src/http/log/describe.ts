import { isPending, type Deployment, type DeploymentState } from '../../../contract/deployment.ts'
import { faultOf, type Fault } from '../../../contract/errors.ts'
import { formatSize } from '../../../contract/text/format-size.ts'
import type { DeploymentView, Place } from '../../../web/deployment/deployment-head.ts'

const states: Readonly<Record<DeploymentState, readonly [words: string, tone: DeploymentView['tone']]>> = {
  held: ['Waiting for approval', 'soft'],
  queued: ['Queued', 'busy'],
  fetching: ['Fetching the source', 'busy'],
  building: ['Building', 'busy'],
  starting: ['Starting', 'busy'],
  live: ['Live', 'good'],
  failed: ['Failed', 'bad'],
  cancelled: ['Cancelled', 'soft'],
  superseded: ['Superseded', 'soft'],
  skipped: ['Skipped', 'soft'],
  destroyed: ['Ended', 'soft'],
}

const advice: Readonly<Record<Fault, string>> = {
  user: 'Mend it and push again. What was live before goes on serving.',
  operator: 'The operator of this micropush has to see to this. What was live before goes on serving.',
  platform: 'This is not the fault of what was pushed. Push again; if it stays so, ask the operator.',
}

interface Around {
  /** Where GitHub's pages are. */
  readonly webUrl: string
  readonly nowMs: number
}

/** What the page says of a deployment. */
export function describeDeployment(deployment: Deployment, { webUrl, nowMs }: Around): DeploymentView {
  const { config, state, stateSinceMs, outcome } = deployment
  const [words, tone] = states[state]
  return {
    micro: config.name,
    tone,
    state: words,
    detail: isPending(state) || state === 'skipped' ? outcome.detail : undefined,
    sinceMs: isPending(state) ? nowMs - stateSinceMs : undefined,
    places: placesOf(deployment, webUrl),
    endpoint: state === 'live' ? outcome.url : undefined,
    error: state === 'failed' ? errorOf(outcome) : undefined,
    notes: notesOf(deployment, webUrl),
    warnings: outcome.warnings ?? [],
    facts: factsOf(deployment),
  }
}

function errorOf({ error }: Deployment['outcome']): DeploymentView['error'] {
  if (error === undefined) return undefined
  return { message: error.message, advice: advice[faultOf(error.code)] }
}

function placesOf({ owner, repository, branch, sha, target }: Deployment, webUrl: string): Place[] {
  const at = repositoryUrl({ owner, repository }, webUrl)
  const places: Place[] = [
    { text: `${owner}/${repository}`, href: at },
    { text: `branch ${branch}` },
    { text: `commit ${sha.slice(0, 7)}`, href: `${at}/commit/${sha}` },
  ]
  if (target.kind === 'preview') {
    places.push({ text: `preview of pull request #${target.pull}`, href: `${at}/pull/${target.pull}` })
  }
  return places
}

function notesOf({ owner, repository, state, outcome }: Deployment, webUrl: string): Place[] {
  if (state !== 'superseded' || outcome.supersededBy === undefined) return []
  const { supersededBy } = outcome
  const isSha = /^[0-9a-f]{40}$/.test(supersededBy)
  const href = isSha ? `${repositoryUrl({ owner, repository }, webUrl)}/commit/${supersededBy}` : undefined
  return [{ text: `A newer push took its place: ${supersededBy.slice(0, 7)}`, href }]
}

function repositoryUrl({ owner, repository }: { readonly owner: string; readonly repository: string }, webUrl: string) {
  return `${webUrl}/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}`
}

/** In the order in which they come to pass; each stage's name is the one of the runner's stopwatch. */
const stages = { queued: 'waited', fetch: 'fetch', prepare: 'prepare', build: 'build', start: 'start', total: 'in all' }

function factsOf({ outcome, stateSinceMs }: Deployment): DeploymentView['facts'] {
  const { runtime, sizes, isolation, timings } = outcome
  const facts: [string, string][] = []
  if (runtime !== undefined) facts.push(['runtime', runtime])
  if (sizes !== undefined) facts.push(['source', formatSize(sizes.sourceBytes)])
  if (sizes !== undefined && sizes.dependencyBytes > 0) facts.push(['dependencies', formatSize(sizes.dependencyBytes)])
  if (isolation !== undefined) facts.push(['sandbox', isolation])
  for (const [name, words] of Object.entries(stages)) {
    const ms = timings?.[name]
    if (ms !== undefined) facts.push([words, formatMs(ms)])
  }
  facts.push(['since', `${new Date(stateSinceMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`])
  return facts
}

function formatMs(ms: number): string {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
}
