import { z } from 'zod'
import { tellRun } from '../../checks/run-event.ts'
import { suiteParts, tellSuite } from '../../checks/suites.ts'
import { ok, type Answer } from '../../http/answer.ts'
import { page } from '../../http/page.ts'
import { parseBody } from '../../http/parse.ts'
import { invalid, notFound } from '../../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../../http/route.ts'
import { fullCheckSuiteShape } from '../../shapes/checks.ts'
import { recordsOf } from '../../state/records.ts'
import { recordIn } from '../around.ts'
import { listRuns } from './check-runs.ts'
import { commitNamed } from '../repository.ts'

const READ = [['checks', 'read']] as const
const WRITE = [['checks', 'write']] as const
/** Everybody who may read finds the buttons of the forge, so that the App's own refusal can be seen. */
const ANYBODY = [['metadata', 'read']] as const

const press = z.object({ identifier: z.string().min(1) })

/** Check suites, and what GitHub's page does when somebody asks for checks again or presses an App's button. */
export const checkSuiteRoutes: readonly Route[] = [
  repositoryRoute('GET /check-suites/:id', READ, async (call) => {
    const suite = recordIn(call, 'checkSuite', 'id')
    return ok(fullCheckSuiteShape(await suiteParts(call.forge, call.repository, suite), suite))
  }),
  repositoryRoute('GET /check-suites/:id/check-runs', READ, (call) => {
    const { body } = recordIn(call, 'checkSuite', 'id')
    const of = { repositoryId: call.repository.id, parent: body.headSha }
    return listRuns(call, recordsOf(call.forge.database, 'checkRun', of))
  }),
  repositoryRoute('GET /commits/*ref/check-suites', READ, list),
  repositoryRoute('POST /check-suites/:id/rerequest', WRITE, async (call) => {
    const suite = recordIn(call, 'checkSuite', 'id')
    await tellSuite(call.forge, call.repository, { suite, action: 'rerequested', sender: call.author })
    return { status: 201, json: {} }
  }),
  repositoryRoute('POST /check-runs/:id/rerequest', WRITE, (call) => {
    const run = recordIn(call, 'checkRun', 'id')
    tellRun(call.forge, call.repository, { run, action: 'rerequested', sender: call.author })
    return { status: 201, json: {} }
  }),
  // The forge's own: GitHub has the buttons on its pages only.
  repositoryRoute('GET /check-runs/:id/_actions', READ, (call) => ok(recordIn(call, 'checkRun', 'id').body.actions)),
  repositoryRoute('POST /check-runs/:id/_actions', ANYBODY, pressButton),
]

async function list(call: RepositoryCall): Promise<Answer> {
  const { forge, repository } = call
  const sha = await commitNamed(call, call.params['ref'], notFound())
  const suites = recordsOf(forge.database, 'checkSuite', { repositoryId: repository.id, parent: sha })
  const shapes = await Promise.all(
    suites.map(async (suite) => fullCheckSuiteShape(await suiteParts(forge, repository, suite), suite)),
  )
  return page(call, shapes, (part, total) => ({ total_count: total, check_suites: part }))
}

/** Buttons appear once a run is completed. */
function pressButton(call: RepositoryCall): Answer {
  const { forge, repository, author } = call
  const run = recordIn(call, 'checkRun', 'id')
  const { identifier } = parseBody('CheckRun', press, call.body)
  const there = run.body.actions.some((action) => action.identifier === identifier)
  if (!there || run.body.status !== 'completed') {
    throw invalid({ resource: 'CheckRun', field: 'identifier', message: `The run has no button ${identifier} now.` })
  }
  tellRun(forge, repository, { run, action: 'requested_action', sender: author, button: identifier })
  return { status: 201, json: {} }
}
