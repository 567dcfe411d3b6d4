import type { ConfigError } from '../../contract/config/findings.ts'
import { statusContext } from '../../contract/names.ts'
import { addReport } from '../../contract/queue.ts'
import type { ReportJob } from '../../contract/jobs/report.ts'
import { lastSent } from '../../contract/store/reports/sent.ts'
import { statusKey } from '../../contract/store/reports/sent.ts'
import type { Deps } from '../deps.ts'
import type { Trigger } from './trigger.ts'

type CommitReport = Extract<ReportJob, { kind: 'commit' }>

interface Words extends Pick<CommitReport, 'sha' | 'context' | 'state' | 'description'> {
  readonly trigger: Trigger
}

/** Puts a word about a commit that has no deployment into the outbox. */
export async function reportCommit({ trigger, ...words }: Words, { queues }: Pick<Deps, 'queues'>): Promise<void> {
  const { installationId, owner, repository, sequence } = trigger
  await addReport(queues, { kind: 'commit', installationId, owner, repository, sequence, ...words })
}

/** Puts into the outbox where a commit's config file is wrong. */
export async function reportFindings(
  {
    trigger,
    sha,
    findings,
  }: { readonly trigger: Trigger; readonly sha: string; readonly findings: readonly ConfigError[] },
  { queues }: Pick<Deps, 'queues'>,
): Promise<void> {
  if (findings.length === 0) return
  const { installationId, owner, repository, sequence } = trigger
  const places = findings.map(({ file, line, column, message }) => ({ file, line, column, message }))
  await addReport(queues, { kind: 'findings', installationId, owner, repository, sha, sequence, findings: places })
}

interface Superseded {
  readonly trigger: Trigger
  readonly sha: string
  readonly micro: string
  readonly by: string
}

/** Says that a commit was overtaken, unless it has a status already: then it has a deployment, whose state speaks for it. */
export async function reportSuperseded(
  { trigger, sha, micro, by }: Superseded,
  deps: Pick<Deps, 'store' | 'queues'>,
): Promise<void> {
  const context = statusContext(micro)
  const { owner, repository } = trigger
  if ((await lastSent(deps.store, statusKey({ owner, repository, sha, context }))) !== undefined) return
  const description = `Superseded by ${by.slice(0, 7)}`
  await reportCommit({ trigger, sha, context, state: 'error', description }, deps)
}
