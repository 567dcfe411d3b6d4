import { z } from 'zod'
import { autoMerge } from '../../deployments/auto-merge.ts'
import { created, ok, type Answer } from '../../http/answer.ts'
import { page } from '../../http/page.ts'
import { parseBody } from '../../http/parse.ts'
import { Refusal } from '../../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../../http/route.ts'
import { deploymentShape, deploymentStatusShape } from '../../shapes/reports.ts'
import { addRecord, recordsOf, removeRecord, type Stored } from '../../state/records.ts'
import { currentStatuses } from '../../state/statuses.ts'
import { around, recordIn } from '../around.ts'
import { commitNamed } from '../repository.ts'

const READ = [['deployments', 'read']] as const
const WRITE = [['deployments', 'write']] as const

const tooLong = 'description is too long (maximum is 140 characters)'
const short = z.string().refine((text) => Array.from(text).length <= 140, tooLong)

const newDeployment = z.object({
  ref: z.string().min(1),
  task: z.string().default('deploy'),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).optional(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default(''),
  environment: z.string().min(1).max(255).default('production'),
  description: short.nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
})

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  target_url: z.string().default(''),
  log_url: z.string().default(''),
  description: short.default(''),
  environment: z.string().optional(),
  environment_url: z.string().default(''),
  auto_inactive: z.boolean().default(true),
})

/** Deployments and their statuses: https://docs.github.com/en/rest/deployments */
export const deploymentRoutes: readonly Route[] = [
  repositoryRoute('POST /deployments', WRITE, create),
  repositoryRoute('GET /deployments', READ, list),
  repositoryRoute('GET /deployments/:id', READ, (call) => {
    const deployment = recordIn(call, 'deployment', 'id')
    return ok(deploymentShape(around(call, deployment), deployment))
  }),
  repositoryRoute('DELETE /deployments/:id', WRITE, remove),
  repositoryRoute('POST /deployments/:id/statuses', WRITE, createStatus),
  repositoryRoute('GET /deployments/:id/statuses', READ, (call) => {
    const deployment = recordIn(call, 'deployment', 'id')
    return page(
      call,
      statusesOf(call, deployment).map((status) => statusShape(call, deployment, status)),
    )
  }),
  repositoryRoute('GET /deployments/:id/statuses/:status', READ, (call) => {
    const status = recordIn(call, 'deploymentStatus', 'status')
    return ok(statusShape(call, recordIn(call, 'deployment', 'id'), status))
  }),
]

async function create(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, author } = call
  const given = parseBody('Deployment', newDeployment, call.body)
  const sha = await commitNamed(call, given.ref, new Refusal(422, `No ref found for: ${given.ref}`))
  const merged = given.auto_merge ? await autoMerge(forge, repository, { ref: given.ref, by: author }) : undefined
  if (merged !== undefined) return { status: 202, json: { message: merged } }
  refuseBlocked(call, sha, given.required_contexts)
  const { ref, task, environment, payload } = given
  const deployment = addRecord(forge.database, 'deployment', {
    repositoryId: repository.id,
    parent: sha,
    creatorId: author.id,
    nowMs: forge.clock(),
    body: {
      sha,
      ref,
      task,
      environment,
      payload,
      description: given.description ?? null,
      transient: given.transient_environment,
      production: given.production_environment ?? environment === 'production',
    },
  })
  return created(deploymentShape(around(call, deployment), deployment))
}

/** Every context must be good that is named, or that is there when none is named; a name that nobody reported is pending. */
function refuseBlocked(
  { forge, repository }: RepositoryCall,
  sha: string,
  required: readonly string[] | undefined,
): void {
  const statuses = currentStatuses(forge.database, repository.id, sha)
  const contexts = (required ?? statuses.map(({ context }) => context)).map((context) => ({
    context,
    state: statuses.find((status) => status.context.toLowerCase() === context.toLowerCase())?.state ?? 'pending',
  }))
  const blocking = contexts.filter(({ state }) => state !== 'success')
  if (blocking.length === 0) return
  throw new Refusal(409, 'Conflict: Commit status checks failed for this ref.', [
    { contexts: blocking, resource: 'Deployment', code: 'invalid' },
  ])
}

function list(call: RepositoryCall): Answer {
  const { forge, repository, query } = call
  const wanted = (name: string, value: string) => query.get(name) === null || query.get(name) === value
  const deployments = recordsOf(forge.database, 'deployment', { repositoryId: repository.id })
    .filter(({ body }) => wanted('sha', body.sha) && wanted('ref', body.ref))
    .filter(({ body }) => wanted('task', body.task) && wanted('environment', body.environment))
    .toReversed()
  return page(
    call,
    deployments.map((deployment) => deploymentShape(around(call, deployment), deployment)),
  )
}

function remove(call: RepositoryCall): Answer {
  const { forge, repository } = call
  const deployment = recordIn(call, 'deployment', 'id')
  const total = recordsOf(forge.database, 'deployment', { repositoryId: repository.id }).length
  if (total > 1 && statusesOf(call, deployment)[0]?.body.state !== 'inactive') {
    throw new Refusal(
      422,
      'We cannot delete an active deployment unless it is the only deployment in a given repository.',
    )
  }
  for (const status of statusesOf(call, deployment)) removeRecord(forge.database, status.id)
  removeRecord(forge.database, deployment.id)
  return { status: 204 }
}

function createStatus(call: RepositoryCall): Answer {
  const { forge, repository } = call
  const deployment = recordIn(call, 'deployment', 'id')
  const given = parseBody('DeploymentStatus', newStatus, call.body)
  const status = addStatus(call, deployment, {
    state: given.state,
    description: given.description,
    environment: given.environment ?? deployment.body.environment,
    environmentUrl: given.environment_url,
    logUrl: given.log_url || given.target_url,
  })
  if (given.state === 'success' && given.auto_inactive) {
    const { environment } = deployment.body
    // GitHub's rule: only what was a success, and neither transient nor production.
    for (const former of recordsOf(forge.database, 'deployment', { repositoryId: repository.id })) {
      if (former.id === deployment.id || former.body.environment !== environment) continue
      if (former.body.transient || former.body.production) continue
      const last = statusesOf(call, former)[0]
      if (last?.body.state === 'success') addStatus(call, former, { ...last.body, state: 'inactive' })
    }
  }
  return created(statusShape(call, deployment, status))
}

function addStatus(call: RepositoryCall, deployment: Stored<'deployment'>, body: Stored<'deploymentStatus'>['body']) {
  return addRecord(call.forge.database, 'deploymentStatus', {
    repositoryId: call.repository.id,
    parent: String(deployment.id),
    creatorId: call.author.id,
    nowMs: call.forge.clock(),
    body,
  })
}

/** The newest first. */
function statusesOf({ forge, repository }: RepositoryCall, { id }: Stored<'deployment'>): Stored<'deploymentStatus'>[] {
  const of = { repositoryId: repository.id, parent: String(id) }
  return recordsOf(forge.database, 'deploymentStatus', of).toReversed()
}

function statusShape(call: RepositoryCall, { id }: Stored<'deployment'>, status: Stored<'deploymentStatus'>) {
  return deploymentStatusShape({ ...around(call, status), deploymentId: id }, status)
}
