import { blankRun, changeRun, newRun, runChanges } from '../../checks/change-run.ts'
import { tellRun } from '../../checks/run-event.ts'
import { ensureSuite, latestRuns, suiteParts, tellSuite } from '../../checks/suites.ts'
import { created, ok, type Answer } from '../../http/answer.ts'
import { page } from '../../http/page.ts'
import { parseBody } from '../../http/parse.ts'
import { notFound, Refusal } from '../../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../../http/route.ts'
import { annotationShape, checkRunShape } from '../../shapes/checks.ts'
import { time } from '../../shapes/urls.ts'
import { addRecord, recordById, recordsOf, updateRecord, type Stored } from '../../state/records.ts'
import { around, recordIn } from '../around.ts'
import { commitNamed } from '../repository.ts'

const READ = [['checks', 'read']] as const
const WRITE = { app: [['checks', 'write']] } as const

/** Check runs, which only Apps write. */
export const checkRunRoutes: readonly Route[] = [
  repositoryRoute('POST /check-runs', WRITE, create),
  repositoryRoute('GET /check-runs/:id', READ, (call) => {
    const run = recordIn(call, 'checkRun', 'id')
    return ok(checkRunShape(around(call, run), run))
  }),
  repositoryRoute('PATCH /check-runs/:id', WRITE, update),
  repositoryRoute('GET /check-runs/:id/annotations', READ, (call) => {
    const run = recordIn(call, 'checkRun', 'id')
    const { annotations, headSha } = run.body
    return page(
      call,
      annotations.map((each) => annotationShape(around(call, run), headSha, each)),
    )
  }),
  repositoryRoute('GET /commits/*ref/check-runs', READ, list),
]

async function create(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, author } = call
  const given = parseBody('CheckRun', newRun, call.body)
  const unknown = new Refusal(422, `No commit found for SHA: ${given.head_sha}`)
  const headSha = await commitNamed(call, given.head_sha, unknown)
  const nowMs = forge.clock()
  const suite = ensureSuite(forge, repository, { headSha, headBranch: null, before: null })
  const blank = blankRun({ name: given.name, headSha, suiteId: suite.id }, time(nowMs))
  const run = addRecord(forge.database, 'checkRun', {
    repositoryId: repository.id,
    parent: headSha,
    creatorId: author.id,
    nowMs,
    body: changeRun(blank, given, time(nowMs)),
  })
  tellRun(forge, repository, { run, action: 'created', sender: author })
  if (run.body.status === 'completed') await tellCompleted(call, run)
  return created(checkRunShape(around(call, run), run))
}

async function update(call: RepositoryCall): Promise<Answer> {
  const run = recordIn(call, 'checkRun', 'id')
  const given = parseBody('CheckRun', runChanges, call.body)
  const nowMs = call.forge.clock()
  const body = changeRun(run.body, given, time(nowMs))
  const next: Stored<'checkRun'> = updateRecord(call.forge.database, run, { body, nowMs })
  if (body.status === 'completed' && run.body.status !== 'completed') await tellCompleted(call, next)
  return ok(checkRunShape(around(call, next), next))
}

async function tellCompleted({ forge, repository, author }: RepositoryCall, run: Stored<'checkRun'>): Promise<void> {
  tellRun(forge, repository, { run, action: 'completed', sender: author })
  const suite = recordById(forge.database, 'checkSuite', { repositoryId: repository.id, id: run.body.suiteId })
  if (suite === undefined) return
  const { runs } = await suiteParts(forge, repository, suite)
  if (runs.some(({ body }) => body.status !== 'completed')) return
  await tellSuite(forge, repository, { suite, action: 'completed', sender: author })
}

async function list(call: RepositoryCall): Promise<Answer> {
  const { forge, repository } = call
  const sha = await commitNamed(call, call.params['ref'], notFound())
  return listRuns(call, recordsOf(forge.database, 'checkRun', { repositoryId: repository.id, parent: sha }))
}

/** A page of runs, of each name the newest unless `filter=all`, the newest first. */
export function listRuns(call: RepositoryCall, all: readonly Stored<'checkRun'>[]): Answer {
  const { query } = call
  const [name, status] = [query.get('check_name'), query.get('status')]
  const runs = (query.get('filter') === 'all' ? all : latestRuns(all))
    .filter(({ body }) => (name === null || body.name === name) && (status === null || body.status === status))
    .toSorted((a, b) => b.id - a.id)
  return page(
    call,
    runs.map((run) => checkRunShape(around(call, run), run)),
    (part, total) => ({ total_count: total, check_runs: part }),
  )
}
