import type { Account } from '../state/accounts.ts'
import type { Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import type { CommitStatus } from '../state/statuses.ts'
import { reactionsShape } from './issue.ts'
import { accountShape, appShape, type AppParts } from './account.ts'
import { nodeId, time, type Urls } from './urls.ts'

/** GitHub's `simple-commit-status`. */
export function simpleStatusShape(urls: Urls, repository: Repository, status: CommitStatus) {
  return {
    url: `${urls.repository(repository)}/statuses/${status.sha}`,
    avatar_url: `${urls.origin}/avatars/u/${status.creatorId}`,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: time(status.createdAtMs),
    updated_at: time(status.createdAtMs),
  }
}

/** What stands beside each record: where it belongs, and who made it. */
export interface Around extends AppParts {
  readonly repository: Repository
  readonly creator: Account
}

/** GitHub's `deployment`. */
export function deploymentShape(around: Around, { id, body, createdAtMs, updatedAtMs }: Stored<'deployment'>) {
  const { urls, repository, creator } = around
  const url = `${urls.repository(repository)}/deployments/${id}`
  return {
    url,
    id,
    node_id: nodeId('Deployment', id),
    sha: body.sha,
    ref: body.ref,
    task: body.task,
    payload: body.payload,
    original_environment: body.environment,
    environment: body.environment,
    description: body.description,
    creator: accountShape(urls, creator),
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    statuses_url: `${url}/statuses`,
    repository_url: urls.repository(repository),
    transient_environment: body.transient,
    production_environment: body.production,
    performed_via_github_app: creator.type === 'Bot' ? appShape(around) : null,
  }
}

/** GitHub's `deployment-status`. */
export function deploymentStatusShape(
  around: Around & { readonly deploymentId: number },
  { id, body, createdAtMs, updatedAtMs }: Stored<'deploymentStatus'>,
) {
  const { urls, repository, creator, deploymentId } = around
  const deploymentUrl = `${urls.repository(repository)}/deployments/${deploymentId}`
  return {
    url: `${deploymentUrl}/statuses/${id}`,
    id,
    node_id: nodeId('DeploymentStatus', id),
    state: body.state,
    creator: accountShape(urls, creator),
    description: body.description,
    environment: body.environment,
    target_url: body.logUrl,
    log_url: body.logUrl,
    environment_url: body.environmentUrl,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    deployment_url: deploymentUrl,
    repository_url: urls.repository(repository),
    performed_via_github_app: creator.type === 'Bot' ? appShape(around) : null,
  }
}

/** GitHub's `issue-comment`. */
export function commentShape(around: Around, { id, body, createdAtMs, updatedAtMs }: Stored<'comment'>) {
  const { urls, repository, creator } = around
  const url = `${urls.repository(repository)}/issues/comments/${id}`
  return {
    id,
    node_id: nodeId('IssueComment', id),
    url,
    html_url: `${urls.html(repository)}/pull/${body.number}#issuecomment-${id}`,
    issue_url: `${urls.repository(repository)}/issues/${body.number}`,
    user: accountShape(urls, creator),
    body: body.text,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    author_association: creator.id === repository.owner.id ? 'OWNER' : 'NONE',
    reactions: reactionsShape(url),
    performed_via_github_app: body.byApp ? appShape(around) : null,
  }
}
