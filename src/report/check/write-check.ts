import type { Octokit } from '@octokit/rest'
import { unlessGone } from '../../github/unless-gone.ts'
import type { ReportDeps } from '../deps.ts'
import { write, type Write, type Written } from '../write.ts'
import type { Annotation } from './annotations/find-annotations.ts'
import { findCheck } from './find-check.ts'
import type { CheckRun } from './project-check.ts'
import { digestOf, type ToldCheck } from './told-check.ts'

/** One check run to be written, and where to. */
export interface CheckToWrite {
  readonly owner: string
  readonly repository: string
  readonly sha: string
  readonly externalId: string
  readonly detailsUrl: string | undefined
  readonly startedAtMs: number
  readonly completedAtMs: number
  readonly run: CheckRun
  readonly told: ToldCheck | undefined
  /** What is read only when there is something to write. */
  readonly more: () => Promise<{ readonly text: string | undefined; readonly annotations: readonly Annotation[] }>
  /** Notes what GitHub is told, or is about to be. */
  readonly note: (told: ToldCheck) => Promise<void>
}

/**
 * Creates or changes a check run. A completed one that is to go on is left as it was: GitHub shows the newest of a name.
 *
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function writeCheck(to: Write, check: CheckToWrite, deps: ReportDeps): Promise<Written<unknown>> {
  const { told, run } = check
  const digest = digestOf(run)
  if (told?.digest === digest) {
    deps.pace.leave(to)
    return { kind: 'done', what: 'sent before' }
  }
  const isReopened = told?.completed === true && run.status !== 'completed'
  return write(to, deps, async (octokit) => {
    const former = isReopened ? undefined : await known(octokit, check)
    const { text, annotations } = run.status === 'completed' ? await check.more() : { text: undefined, annotations: [] }
    const isAnnotated = former?.annotations === 'sent'
    const added = isAnnotated ? [] : annotations
    await check.note({ ...former, ...(added.length > 0 ? { annotations: 'sending' } : {}) })
    const body = bodyOf(check, { text, annotations: added })
    const id = await send(octokit, { check, body, id: former?.id })
    const said = isAnnotated || added.length > 0 ? ({ annotations: 'sent' } as const) : {}
    await check.note({ id, digest, completed: run.status === 'completed', ...said })
    return id
  })
}

/** What is known of the run; GitHub is asked when somebody may have died between writing and noting it. */
async function known(octokit: Octokit, check: CheckToWrite): Promise<ToldCheck | undefined> {
  const { told } = check
  if (told === undefined || (told.id !== undefined && told.annotations !== 'sending')) return told
  const found = await findCheck(octokit, { ...check, name: check.run.name })
  if (found === undefined || (found.isCompleted && check.run.status !== 'completed')) return undefined
  return { id: found.id, ...(found.hasAnnotations ? { annotations: 'sent' } : {}) }
}

function bodyOf(
  { run, externalId, detailsUrl, startedAtMs, completedAtMs }: CheckToWrite,
  { text, annotations }: { readonly text: string | undefined; readonly annotations: readonly Annotation[] },
) {
  const { name, status, conclusion, title, summary, actions } = run
  return {
    name,
    external_id: externalId,
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    started_at: new Date(startedAtMs).toISOString(),
    ...(conclusion === undefined ? { status } : { conclusion, completed_at: new Date(completedAtMs).toISOString() }),
    output: {
      title,
      summary,
      ...(text === undefined ? {} : { text }),
      ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
    },
    actions: [...actions],
  }
}

interface Sending {
  readonly check: CheckToWrite
  readonly body: ReturnType<typeof bodyOf>
  readonly id: number | undefined
}

async function send(octokit: Octokit, { check, body, id }: Sending): Promise<number> {
  const place = { owner: check.owner, repo: check.repository }
  if (id !== undefined) {
    // GitHub keeps a thousand of a name: the oldest go.
    const updated = await unlessGone(
      () => octokit.rest.checks.update({ ...place, ...body, check_run_id: id }),
      () => octokit.rest.checks.get({ ...place, check_run_id: id }),
    )
    if (updated !== 'gone') return id
  }
  const { data } = await octokit.rest.checks.create({ ...place, ...body, head_sha: check.sha })
  return data.id
}
