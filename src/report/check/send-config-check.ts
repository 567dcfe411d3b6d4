import type { ReportJob } from '../../../contract/jobs/report.ts'
import { readToldOfConfig, tellOfConfig } from '../../../contract/store/reports/told.ts'
import { code } from '../../github/markdown/code.ts'
import type { JobResult } from '../../jobs/queue.ts'
import type { ReportDeps } from '../deps.ts'
import type { Write } from '../write.ts'
import { toAnnotation } from './annotations/find-annotations.ts'
import type { CheckRun } from './project-check.ts'
import { digestOf, readToldCheck, type ToldCheck } from './told-check.ts'
import { writeCheck } from './write-check.ts'

/** Names the config file of a commit, for what GitHub was told of it. */
export function configKey(of: { readonly owner: string; readonly repository: string; readonly sha: string }): string {
  return `${of.owner}/${of.repository}/${of.sha}`.toLowerCase()
}

type FindingsJob = Extract<ReportJob, { kind: 'findings' }>

/**
 * Tells by a check run on which lines a commit's config file is wrong. There is no deployment then, so the file has a run of its own.
 *
 * @param owner the id of the job
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function sendConfigCheck(job: FindingsJob, owner: string, deps: ReportDeps): Promise<JobResult> {
  const { installationId, repository, sha, sequence } = job
  const commitKey = configKey(job)
  const to: Write = {
    installationId,
    key: `config ${commitKey} ${digestOf(job.findings)}`,
    owner,
    urgency: 'check',
    projection: 'check',
  }
  return deps.lock(`config ${commitKey}`, async () => {
    const told = readToldCheck(await readToldOfConfig(deps.store, commitKey))
    if (told?.sequence !== undefined && told.sequence > sequence) return { kind: 'done', what: 'outdated' }
    const name = job.findings[0]?.file ?? told?.name
    if (name === undefined) return { kind: 'done', what: 'nothing to say' }
    const run = projectFindings(job.findings, name)
    const note = (value: ToldCheck) =>
      tellOfConfig(deps.store, { commitKey, value: JSON.stringify({ ...value, sequence, name }) })
    const annotations = job.findings.map(({ file, line, message }) => toAnnotation({ path: file, line, message }))
    const nowMs = deps.now()
    const check = { owner: job.owner, repository, sha, externalId: `config ${sha}`, detailsUrl: undefined }
    const times = { startedAtMs: nowMs, completedAtMs: nowMs }
    const more = () => Promise.resolve({ text: undefined, annotations })
    const written = await writeCheck(to, { ...check, ...times, run, told, more, note }, deps)
    return written.kind === 'sent' ? { kind: 'done', what: 'failure' } : written
  })
}

function projectFindings(findings: FindingsJob['findings'], name: string): CheckRun {
  const count = findings.length
  const common = { name, status: 'completed', actions: [] } as const
  if (count === 0)
    return { ...common, conclusion: 'success', title: 'Nothing is wrong any more', summary: 'It was deployed.' }
  const title = count === 1 ? 'One thing is wrong' : `${count} things are wrong`
  const lines = findings.map(({ line, message }) => `- line ${line}: ${code(message)}`)
  return { ...common, conclusion: 'failure', title, summary: lines.join('\n') }
}
