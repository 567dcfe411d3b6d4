import { z } from 'zod'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { checkRunShape } from '../shapes/reports.ts'
import { time } from '../shapes/urls.ts'
import { addRecord, recordsOf, updateRecord, type RecordBodies, type Stored } from '../state/records.ts'
import { around, recordIn } from './around.ts'
import { commitNamed } from './repository.ts'

const READ = [['checks', 'read']] as const
const WRITE = { app: [['checks', 'write']] } as const

/** GitHub's bounds: https://docs.github.com/en/rest/checks/runs */
const LONGEST_TEXT = 65_535
const text = z.string().max(LONGEST_TEXT)

const changes = z.object({
  name: z.string().min(1).optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending']).optional(),
  conclusion: z
    .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out'])
    .optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  completed_at: z.iso.datetime({ offset: true }).optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: text,
      text: text.optional(),
      annotations: z.array(z.unknown()).max(50).optional(),
    })
    .optional(),
  actions: z
    .array(z.object({ label: z.string().max(20), description: z.string().max(40), identifier: z.string().max(20) }))
    .max(3)
    .optional(),
})
const newRun = changes.extend({ name: z.string().min(1), head_sha: z.string().min(1) })

type Changes = z.infer<typeof changes>
type Body = RecordBodies['checkRun']

/** Check runs, which only Apps write. */
export const checkRunRoutes: readonly Route[] = [
  repositoryRoute('POST /check-runs', WRITE, create),
  repositoryRoute('GET /check-runs/:id', READ, (call) => {
    const run = recordIn(call, 'checkRun', 'id')
    return ok(checkRunShape(around(call, run), run))
  }),
  repositoryRoute('PATCH /check-runs/:id', WRITE, update),
  repositoryRoute('GET /commits/*ref/check-runs', READ, list),
]

async function create(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, author } = call
  const given = parseBody('CheckRun', newRun, call.body)
  const headSha = await commitNamed(
    call,
    given.head_sha,
    new Refusal(422, `No commit found for SHA: ${given.head_sha}`),
  )
  const now = time(forge.clock())
  const blank: Body = {
    name: given.name,
    headSha,
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    externalId: '',
    startedAt: now,
    completedAt: null,
    output: { title: null, summary: null, text: null, annotations: 0 },
  }
  const run = addRecord(forge.database, 'checkRun', {
    repositoryId: repository.id,
    parent: headSha,
    creatorId: author.id,
    nowMs: forge.clock(),
    body: changed(blank, given, now),
  })
  return created(checkRunShape(around(call, run), run))
}

function update(call: RepositoryCall): Answer {
  const run = recordIn(call, 'checkRun', 'id')
  const given = parseBody('CheckRun', changes, call.body)
  const nowMs = call.forge.clock()
  const next: Stored<'checkRun'> = updateRecord(call.forge.database, run, {
    body: changed(run.body, given, time(nowMs)),
    nowMs,
  })
  return ok(checkRunShape(around(call, next), next))
}

async function list(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, query } = call
  const sha = await commitNamed(call, call.params['ref'], notFound())
  const name = query.get('check_name')
  const status = query.get('status')
  const runs = recordsOf(forge.database, 'checkRun', { repositoryId: repository.id, parent: sha })
    .filter(({ body }) => (name === null || body.name === name) && (status === null || body.status === status))
    .toReversed()
  return page(
    call,
    runs.map((run) => checkRunShape(around(call, run), run)),
    (part, total) => ({ total_count: total, check_runs: part }),
  )
}

/** A conclusion completes a run; a run that goes on has none. */
function changed(body: Readonly<Body>, given: Changes, now: string): Body {
  const status = given.conclusion === undefined ? (given.status ?? body.status) : 'completed'
  if (status === 'completed' && given.conclusion === undefined && body.conclusion === null) {
    throw new Refusal(422, 'Validation Failed', [{ resource: 'CheckRun', code: 'missing_field', field: 'conclusion' }])
  }
  const completed = status === 'completed'
  return {
    name: given.name ?? body.name,
    headSha: body.headSha,
    status,
    conclusion: completed ? (given.conclusion ?? body.conclusion) : null,
    detailsUrl: given.details_url ?? body.detailsUrl,
    externalId: given.external_id ?? body.externalId,
    startedAt: given.started_at ?? body.startedAt,
    completedAt: completed ? (given.completed_at ?? body.completedAt ?? now) : null,
    output:
      given.output === undefined
        ? body.output
        : {
            title: given.output.title ?? body.output.title,
            summary: given.output.summary,
            text: given.output.text ?? null,
            annotations: body.output.annotations + (given.output.annotations?.length ?? 0),
          },
  }
}
