import type { PreviewSettings } from '../../contract/config/previews.ts'
import type { PullJob } from '../../contract/jobs/events.ts'
import { MOST_FORK_HEADS, takeForkHead } from '../../contract/store/fork-heads.ts'
import { microsOfRepository } from '../../contract/store/micros.ts'
import { wantPullComment } from '../../contract/store/reports/pull-comments.ts'
import { noteRepository } from '../../contract/store/repository/repositories.ts'
import { targetKey, microOfKey } from '../../contract/target-key.ts'
import { describeDealt } from '../deploy/describe-dealt.ts'
import { endTargets } from '../deploy/end-targets.ts'
import { reportSuperseded } from '../deploy/report-commit.ts'
import { reportInvalid } from '../deploy/report-invalid.ts'
import { skipMicro } from '../deploy/skip-micro.ts'
import type { Trigger } from '../deploy/trigger.ts'
import type { Deps } from '../deps.ts'
import { LOOK_AGAIN_MS } from '../github/lag.ts'
import type { JobResult } from '../jobs/queue.ts'
import { skipPull } from '../skip/skip-pull.ts'
import { deployPull } from './deploy-pull.ts'
import { fetchPull, type Pull } from './fetch-pull.ts'
import { lagsBehind } from './lags-behind.ts'
import { notePull } from './note-pull.ts'
import { previewsOfPull } from './previews-of-pull.ts'
import { readPullWish, type PullMicro } from './read-pull-wish.ts'
import { triggerOfPull } from './trigger-of-pull.ts'

const TOO_OFTEN_MS = 60_000

/**
 * Gives a pull request the previews that it is to have by what GitHub says now: those of its head commit while it is open, none afterwards,
 * and words on the commit where it gets none. Run again after it was interrupted anywhere, it does what is left to do and nothing twice.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function handlePull(job: PullJob, deps: Deps): Promise<JobResult> {
  await noteRepository(deps.store, job)
  const pull = await fetchPull(deps.github.forInstallation(job.installationId), job)
  if (lagsBehind(job, pull, deps.now())) return { kind: 'later', afterMs: LOOK_AGAIN_MS, why: 'not visible yet' }
  if (await isTooOften(job, pull, deps)) {
    return {
      kind: 'later',
      afterMs: TOO_OFTEN_MS,
      why: `more than ${MOST_FORK_HEADS} commits of a fork in ten minutes`,
    }
  }
  const result = await dealWith(job, pull, deps)
  await notePull(job, pull, deps.store)
  return result
}

/** Each commit costs records, statuses and questions; whoever pushes to a fork of theirs needs nobody's leave for it. */
async function isTooOften(job: PullJob, pull: Pull | undefined, { store }: Deps): Promise<boolean> {
  if (pull?.open !== true || !pull.fork || job.asked !== undefined) return false
  return !(await takeForkHead(store, { ...job, sha: pull.head.sha }))
}

async function dealWith(job: PullJob, pull: Pull | undefined, deps: Deps): Promise<JobResult> {
  const known = await previewsOfPull(deps.store, job)
  const asOf = { sequence: job.sequence }
  if (!pull?.open) {
    await endTargets(known, asOf, deps)
    return { kind: 'done', what: `not open, ${known.length} ended` }
  }
  const { sha } = pull.head
  const wish = await readPullWish(job, pull, deps)
  const trigger = triggerOfPull(job, pull, wish.kind === 'micros' ? wish.previews : undefined)
  if (wish.kind === 'invalid') {
    await reportInvalid(wish, { trigger, sha, micros: await lookedAt(job, known, deps) }, deps)
    return { kind: 'done', what: `config invalid at ${sha.slice(0, 7)}: ${wish.message}` }
  }
  const { micros, previews, complete } = wish
  await wantPullComment(deps.store, { ...job, wanted: previews.comment })
  await reportOvertaken({ job, pull, trigger, micros }, deps)
  const isAsked = job.asked?.sha === sha
  const why = skipPull({ previews: isAsked ? { ...previews, ...anyPull } : previews, pull })
  if (why !== undefined) {
    // First the words: once a preview was ended as of this event, nothing of the same event is noted any more.
    for (const { config } of micros) await skipMicro({ trigger, sha, config, why }, deps)
    await endTargets(known, asOf, deps)
    return { kind: 'done', what: `skipped: ${why}; ${known.length} ended` }
  }
  const wanted = new Set(micros.map(({ config }) => targetKey({ ...trigger, config })))
  const end = complete ? known.filter((key) => !wanted.has(key)) : []
  await endTargets(end, asOf, deps)
  const asked = isAsked ? askedAt(job) : undefined
  const dealt = await deployPull({ trigger, pull, micros, previews, asked }, deps)
  const at = sha.slice(0, 7)
  const nothing = micros.length === 0 ? `no micros in the config file at ${at}` : `nothing new at ${at}`
  return { kind: 'done', what: describeDealt({ sha, ...dealt, ended: end }) ?? nothing }
}

/** The micros whose contexts people look at: those that have previews, or are in production. */
async function lookedAt(job: PullJob, known: readonly string[], { store }: Deps): Promise<readonly string[]> {
  const keys = known.length > 0 ? known : await microsOfRepository(store, job.repositoryId)
  return keys.map(microOfKey)
}

interface Overtaken {
  readonly job: PullJob
  readonly pull: Pull
  readonly trigger: Trigger
  readonly micros: readonly PullMicro[]
}

/** A commit that was overtaken before its turn came still gets its word. */
async function reportOvertaken({ job, pull, trigger, micros }: Overtaken, deps: Deps): Promise<void> {
  const { told, receivedAtMs } = job
  const by = pull.head.sha
  // Of a fork that is pushed to without end, the newest commit alone is of interest.
  if (pull.fork && deps.now() - receivedAtMs >= TOO_OFTEN_MS) return
  if (told === undefined || told.sha === by || told.updatedAtMs >= pull.updatedAtMs) return
  for (const { config } of micros) await reportSuperseded({ trigger, sha: told.sha, micro: config.name, by }, deps)
}

function askedAt({ asked, receivedAtMs }: PullJob) {
  return asked === undefined ? undefined : { by: asked.by, atMs: asked.atMs ?? receivedAtMs }
}

/** Who asks for the previews of a draft, or of one without the label, gets them. */
const anyPull: Partial<PreviewSettings> = { drafts: true, bots: true, labels: [] }
