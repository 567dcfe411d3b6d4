import type { PushJob } from '../../contract/jobs/events.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { forgetHead } from '../../contract/store/repository/heads.ts'
import { noteRepository } from '../../contract/store/repository/repositories.ts'
import { targetKey } from '../../contract/target-key.ts'
import { deployMicro, type MicroAt } from '../deploy/deploy-micro.ts'
import type { NotDeployed } from '../deploy/describe-dealt.ts'
import { endTargets } from '../deploy/end-targets.ts'
import { isDone } from '../deploy/is-done.ts'
import { readWish } from '../deploy/read-wish.ts'
import { reportSuperseded } from '../deploy/report-commit.ts'
import { reportInvalid } from '../deploy/report-invalid.ts'
import { skipMicro } from '../deploy/skip-micro.ts'
import type { Deps } from '../deps.ts'
import { RECONCILE } from '../events/delivery-ids.ts'
import type { JobResult } from '../jobs/queue.ts'
import { changeOf, type Change } from '../skip/change.ts'
import { whySkip } from '../skip/why-skip.ts'
import { describePush } from './describe-push.ts'
import { findCommit } from './find-commit.ts'
import { decideHeldBack, findHeldBack } from './hold-back.ts'
import { knownMicros } from './known-micros.ts'
import { isBranchNoted, noteBranch } from './note-branch.ts'
import { planPush, type KnownMicro } from './plan-push.ts'
import { triggerOfPush } from './trigger-of-push.ts'

/** How often it is looked whether a micro's successor is live. */
const SUCCESSOR_MS = 2000

/**
 * Makes of one accepted push what it asks for: deployments of its micros, the end of those that are gone, or words on the commit. Run
 * again after it was interrupted anywhere, it does what is left to do and nothing twice.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function handlePush(push: PushJob, deps: Deps): Promise<JobResult> {
  await noteRepository(deps.store, push)
  // A delivery may have come between the look at the branch and this job.
  if (push.deliveryId.startsWith(RECONCILE) && (await isBranchNoted(push, deps.store))) {
    return { kind: 'done', what: 'dealt with before' }
  }
  const found = await findCommit(deps.github.forInstallation(push.installationId), push, deps.now())
  if (found.kind === 'not-visible') return { kind: 'later', afterMs: found.afterMs, why: 'not visible at GitHub yet' }
  const known = await knownMicros(deps.store, push.repositoryId)
  if (found.kind === 'gone') {
    const { end } = planPush({ ...push, micros: [], known })
    await endTargets(end, { sequence: push.sequence }, deps)
    await forgetHead(deps.store, { repositoryId: push.repositoryId, ref: { branch: push.branch } })
    return { kind: 'done', what: `${push.branch} is gone, ${end.length} ended` }
  }
  const { sha } = found
  if (found.kind === 'moved' && found.from !== undefined) await reportMoved(found.from, { push, by: sha }, deps)
  return dealWith({ push, sha, known }, deps)
}

interface Head {
  readonly push: PushJob
  readonly sha: string
  /** What the repository serves. */
  readonly known: readonly KnownMicro[]
}

async function dealWith({ push, sha, known }: Head, deps: Deps): Promise<JobResult> {
  const wish = await readWish({ ...push, sha }, deps)
  const trigger = triggerOfPush(push)
  if (wish.kind === 'invalid') {
    const micros = known.filter(({ branch }) => branch === push.branch).map(({ name }) => name)
    await reportInvalid(wish, { trigger, sha, micros }, deps)
    await noteBranch(push, { sha, micros: undefined, known }, deps.store)
    return { kind: 'done', what: `config invalid at ${sha.slice(0, 7)}: ${wish.message}` }
  }
  const { micros, warnings, complete } = wish.kind === 'micros' ? wish : noMicros
  const plan = planPush({ ...push, micros, known })
  const ending = complete ? plan.end : []
  const heldBack = findHeldBack({ ...push, ...plan, end: ending, known })
  const end = ending.filter((key) => key !== heldBack?.key)
  await endTargets(end, { sequence: push.sequence }, deps)
  const change = changeOf(deps.github.forInstallation(push.installationId), { ...push, sha })
  const skipped: NotDeployed[] = []
  for (const config of plan.deploy) {
    const why = await deployOrSkip({ trigger, sha, warnings, config }, change, deps)
    if (why !== undefined) skipped.push({ name: config.name, why })
  }
  if (heldBack !== undefined) {
    const decision = decideHeldBack(await targetStanding(deps.store, heldBack.successor))
    if (decision === 'wait')
      return { kind: 'later', afterMs: SUCCESSOR_MS, why: 'the former micro serves until this is live' }
    if (decision === 'end') await endTargets([heldBack.key], { sequence: push.sequence }, deps)
  }
  await noteBranch(push, { sha, micros, known }, deps.store)
  const deployed = plan.deploy.map(({ name }) => name).filter((name) => skipped.every((one) => one.name !== name))
  const named = wish.kind === 'micros' ? micros.map(({ name }) => name) : undefined
  return { kind: 'done', what: describePush({ ...push, sha, named, deployed, skipped, ended: end }) }
}

const noMicros = { micros: [], warnings: [], complete: true } as const

/** Gives why it is not deployed, if it is not. */
async function deployOrSkip(at: MicroAt, change: Change, deps: Deps): Promise<string | undefined> {
  const { trigger, config } = at
  const standing = await targetStanding(deps.store, targetKey({ ...trigger, config }))
  const why = isDone(standing, at) ? undefined : await whySkip(standing, { trigger, config, change })
  if (why === undefined) return deployMicro(at, deps)
  await skipMicro({ ...at, why }, deps)
  return why
}

/** A commit that was overtaken before its turn came still gets its word, if it would have been deployed. */
async function reportMoved(
  sha: string,
  { push, by }: { readonly push: PushJob; readonly by: string },
  deps: Deps,
): Promise<void> {
  const wish = await readWish({ ...push, sha }, deps)
  if (wish.kind !== 'micros') return
  const { deploy } = planPush({ ...push, micros: wish.micros, known: [] })
  for (const { name } of deploy) await reportSuperseded({ trigger: triggerOfPush(push), sha, micro: name, by }, deps)
}
