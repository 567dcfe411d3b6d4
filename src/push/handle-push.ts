import { describeErrors } from '../../contract/config/describe-errors.ts'
import { parseLegacy } from '../../contract/config/legacy/parse-legacy.ts'
import { parseConfig } from '../../contract/config/parse-config.ts'
import type { MicroConfig } from '../../contract/config.ts'
import { slug, statusContext } from '../../contract/names.ts'
import type { Queues } from '../../contract/queue.ts'
import type { PushJob } from '../../contract/jobs.ts'
import type { Store } from '../../contract/store/connect.ts'
import { grantedLimits } from '../../contract/store/repository/grants.ts'
import { endMicro } from '../../contract/store/micros.ts'
import { noteRepository } from '../../contract/store/repository/repositories.ts'
import type { GitHub } from '../github/client.ts'
import type { Log } from '../log.ts'
import type { JobResult } from '../queue.ts'
import { settleEnded } from '../settle-ended.ts'
import { deployMicro } from './deploy-micro.ts'
import { fetchConfig } from './fetch-config.ts'
import { findTarget } from './find-target.ts'
import { knownMicros } from './known-micros.ts'
import { planPush, type KnownMicro } from './plan-push.ts'
import { reportCommit, reportSuperseded } from './report-commit.ts'

export interface PushDeps {
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  readonly log: Log
  readonly now: () => number
}

/** What the config file at one commit asks for. */
type Wish =
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly message: string }
  | {
      readonly kind: 'micros'
      readonly micros: readonly MicroConfig[]
      readonly warnings: readonly string[]
      /** Whether there are no others: what a damaged file seems to leave out goes on. */
      readonly complete: boolean
    }

/**
 * Makes of one accepted push what it asks for: deployments of its micros, the end of those that are gone, or words on the commit. Run
 * again after it was interrupted anywhere, it does what is left to do and nothing twice.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function handlePush(push: PushJob, deps: PushDeps): Promise<JobResult> {
  await noteRepository(deps.store, push)
  const octokit = deps.github.forInstallation(push.installationId)
  const target = await findTarget(octokit, push, deps.now())
  if (target.kind === 'not-visible') return { kind: 'later', afterMs: target.afterMs, why: 'not visible at GitHub yet' }
  const known = await knownMicros(deps.store, push.repositoryId)
  if (target.kind === 'gone') return endMicros(planPush({ ...push, micros: [], known }).end, { push, deps })
  if (target.kind === 'moved' && target.from !== undefined) await reportMoved(target.from, { push, target, deps })
  const wish = await readWish(push, target.sha, deps)
  if (wish.kind === 'invalid') return reportInvalid(wish.message, { push, sha: target.sha, known, deps })
  const micros = wish.kind === 'micros' ? wish.micros : []
  const plan = planPush({ ...push, micros, known })
  const end = wish.kind === 'micros' && !wish.complete ? [] : plan.end
  await endMicros(end, { push, deps })
  const warnings = wish.kind === 'micros' ? wish.warnings : []
  for (const config of plan.deploy) await deployMicro({ push, sha: target.sha, config, warnings }, deps)
  return { kind: 'done', what: `${plan.deploy.length} to deploy, ${end.length} ended` }
}

async function readWish(push: PushJob, sha: string, { github, store }: PushDeps): Promise<Wish> {
  const { owner, repository, installationId } = push
  const found = await fetchConfig(github.forInstallation(installationId), { owner, repository, sha })
  if (found.kind === 'none') return { kind: 'none' }
  if (found.kind === 'unusable') return { kind: 'invalid', message: found.message }
  const granted = await grantedLimits(store, push)
  if (found.kind === 'legacy') return { kind: 'micros', ...parseLegacy(found.files, { owner, repository, granted }) }
  const parsed = parseConfig(found.text, { file: found.file, owner, repository, granted })
  if (!parsed.ok) return { kind: 'invalid', message: describeErrors(parsed.errors) }
  const unread = found.unread.map((name) => `${found.file} is what counts; the ${name} beside it is not read`)
  return { kind: 'micros', micros: parsed.micros, warnings: [...unread, ...parsed.warnings], complete: true }
}

interface Context {
  readonly push: PushJob
  readonly deps: PushDeps
}

/** Ends micros; their hosts are free at once, the runner gives back the rest. */
async function endMicros(keys: readonly string[], { push, deps }: Context): Promise<JobResult> {
  for (const microKey of keys) {
    const touched = await endMicro(deps.store, { microKey, sequence: push.sequence })
    await settleEnded(touched, deps)
    deps.log.info({ micro: microKey, deployments: touched }, 'micro ended')
  }
  return { kind: 'done', what: `${keys.length} ended` }
}

/** A commit that was overtaken before its turn came still gets its word, if it would have been deployed. */
async function reportMoved(
  sha: string,
  { push, target, deps }: Context & { readonly target: { readonly sha: string } },
): Promise<void> {
  const wish = await readWish(push, sha, deps)
  if (wish.kind !== 'micros') return
  const { deploy } = planPush({ ...push, micros: wish.micros, known: [] })
  for (const { name } of deploy) await reportSuperseded({ push, sha, micro: name, by: target.sha }, deps)
}

/** Says what is wrong on the contexts that people look at: those of the branch's micros, or the repository's name. */
async function reportInvalid(
  description: string,
  { push, sha, known, deps }: Context & { readonly sha: string; readonly known: readonly KnownMicro[] },
): Promise<JobResult> {
  const names = known.filter(({ branch }) => branch === push.branch).map(({ name }) => name)
  const micros = names.length > 0 ? names : [slug(push.repository)]
  for (const micro of micros) {
    await reportCommit({ push, sha, context: statusContext(micro), state: 'failure', description }, deps)
  }
  return { kind: 'done', what: 'config invalid' }
}
