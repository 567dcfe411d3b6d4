import { slug, statusContext } from '../../contract/names.ts'
import type { PushJob } from '../../contract/jobs/events.ts'
import { targetKey } from '../../contract/target-key.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { forgetHead } from '../../contract/store/repository/heads.ts'
import { noteRepository } from '../../contract/store/repository/repositories.ts'
import type { Deps } from '../deps.ts'
import type { JobResult } from '../jobs/queue.ts'
import { deployMicro, type MicroAt } from '../deploy/deploy-micro.ts'
import type { NotDeployed } from '../deploy/describe-dealt.ts'
import { endTargets } from '../deploy/end-targets.ts'
import { isDone } from '../deploy/is-done.ts'
import { readWish, type Wish } from '../deploy/read-wish.ts'
import { skipMicro } from '../deploy/skip-micro.ts'
import { reportCommit, reportFindings, reportSuperseded } from '../deploy/report-commit.ts'
import { triggerOfPush } from '../deploy/trigger.ts'
import { changeOf, type Change } from '../skip/change.ts'
import { whySkip } from '../skip/why-skip.ts'
import { RECONCILE } from '../events/delivery-ids.ts'
import { describePush } from './describe-push.ts'
import { findTarget } from './find-target.ts'
import { knownMicros } from './known-micros.ts'
import { decideHeldBack, findHeldBack } from './hold-back.ts'
import { isBranchNoted, noteBranch } from './note-branch.ts'
import { planPush, type KnownMicro } from './plan-push.ts'

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
  const octokit = deps.github.forInstallation(push.installationId)
  const target = await findTarget(octokit, push, deps.now())
  if (target.kind === 'not-visible') return { kind: 'later', afterMs: target.afterMs, why: 'not visible at GitHub yet' }
  const known = await knownMicros(deps.store, push.repositoryId)
  if (target.kind === 'gone') {
    const { end } = planPush({ ...push, micros: [], known })
    await endTargets(end, { sequence: push.sequence }, deps)
    await forgetHead(deps.store, { repositoryId: push.repositoryId, ref: { branch: push.branch } })
    return { kind: 'done', what: `${push.branch} is gone, ${end.length} ended` }
  }
  if (target.kind === 'moved' && target.from !== undefined) await reportMoved(target.from, { push, target, deps })
  const wish = await readWish({ ...push, sha: target.sha }, deps)
  if (wish.kind === 'invalid') {
    await reportInvalid(wish, { push, sha: target.sha, known, deps })
    await noteBranch(push, { sha: target.sha, micros: undefined, known }, deps.store)
    return { kind: 'done', what: `config invalid at ${target.sha.slice(0, 7)}: ${wish.message}` }
  }
  const micros = wish.kind === 'micros' ? wish.micros : []
  const plan = planPush({ ...push, micros, known })
  const ending = wish.kind === 'micros' && !wish.complete ? [] : plan.end
  const heldBack = findHeldBack({ ...push, ...plan, end: ending, known })
  const end = ending.filter((key) => key !== heldBack?.key)
  await endTargets(end, { sequence: push.sequence }, deps)
  const warnings = wish.kind === 'micros' ? wish.warnings : []
  const at = { trigger: triggerOfPush(push), sha: target.sha, warnings }
  const change = changeOf(octokit, { ...push, sha: target.sha })
  const skipped: NotDeployed[] = []
  for (const config of plan.deploy) {
    const why = await deployOrSkip({ ...at, config }, change, deps)
    if (why !== undefined) skipped.push({ name: config.name, why })
  }
  if (heldBack !== undefined) {
    const decision = decideHeldBack(await targetStanding(deps.store, heldBack.successor))
    if (decision === 'wait')
      return { kind: 'later', afterMs: SUCCESSOR_MS, why: 'the former micro serves until this is live' }
    if (decision === 'end') await endTargets([heldBack.key], { sequence: push.sequence }, deps)
  }
  await noteBranch(push, { sha: target.sha, micros, known }, deps.store)
  const deployed = plan.deploy.map(({ name }) => name).filter((name) => skipped.every((one) => one.name !== name))
  const named = wish.kind === 'micros' ? micros.map(({ name }) => name) : undefined
  const what = describePush({ ...push, sha: target.sha, named, deployed, skipped, ended: end })
  return { kind: 'done', what }
}

/** Gives why it is not deployed, if it is not. */
async function deployOrSkip(at: MicroAt, change: Change, deps: Deps): Promise<string | undefined> {
  const { trigger, config } = at
  const standing = await targetStanding(deps.store, targetKey({ ...trigger, config }))
  const why = isDone(standing, at) ? undefined : await whySkip(standing, { trigger, config, change })
  if (why === undefined) return deployMicro(at, deps)
  await skipMicro({ ...at, why }, deps)
  return why
}

interface Context {
  readonly push: PushJob
  readonly deps: Deps
}

/** A commit that was overtaken before its turn came still gets its word, if it would have been deployed. */
async function reportMoved(
  sha: string,
  { push, target, deps }: Context & { readonly target: { readonly sha: string } },
): Promise<void> {
  const wish = await readWish({ ...push, sha }, deps)
  if (wish.kind !== 'micros') return
  const { deploy } = planPush({ ...push, micros: wish.micros, known: [] })
  for (const { name } of deploy)
    await reportSuperseded({ trigger: triggerOfPush(push), sha, micro: name, by: target.sha }, deps)
}

/** Says what is wrong on the contexts that people look at: those of the branch's micros, or the repository's name. */
async function reportInvalid(
  { message: description, findings }: Extract<Wish, { readonly kind: 'invalid' }>,
  { push, sha, known, deps }: Context & { readonly sha: string; readonly known: readonly KnownMicro[] },
): Promise<void> {
  const names = known.filter(({ branch }) => branch === push.branch).map(({ name }) => name)
  const micros = names.length > 0 ? names : [slug(push.repository)]
  const trigger = triggerOfPush(push)
  for (const micro of micros) {
    await reportCommit({ trigger, sha, context: statusContext(micro), state: 'failure', description }, deps)
  }
  await reportFindings({ trigger, sha, findings }, deps)
}
