import type { Stored } from '../state/records.ts'
import { accountShape } from './account.ts'
import { labelShape, type PullParts } from './pull.ts'
import { nodeId, time } from './urls.ts'

/** A pull request as the issue that it also is, in events of comments. */
export function issueShape(parts: PullParts, pull: Stored<'pull'>, comments: number) {
  const { urls, repository, author } = parts
  const { id, body, createdAtMs, updatedAtMs } = pull
  const url = `${urls.repository(repository)}/issues/${body.number}`
  const html = `${urls.html(repository)}/pull/${body.number}`
  return {
    url,
    repository_url: urls.repository(repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: html,
    id,
    node_id: nodeId('PullRequest', id),
    number: body.number,
    title: body.title,
    user: accountShape(urls, author),
    labels: (body.labels ?? []).map((name) => labelShape(urls, repository, name)),
    state: body.state,
    locked: false,
    active_lock_reason: null,
    assignee: null,
    assignees: [],
    milestone: null,
    comments,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    closed_at: body.closedAtMs === null ? null : time(body.closedAtMs),
    author_association: author.id === repository.owner.id ? 'OWNER' : 'NONE',
    draft: body.draft,
    pull_request: {
      url: `${urls.repository(repository)}/pulls/${body.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: body.mergedAtMs === null ? null : time(body.mergedAtMs),
    },
    body: body.text,
    reactions: reactionsShape(url),
    performed_via_github_app: null,
    state_reason: null,
  }
}

/** Nobody reacts on the forge. */
export function reactionsShape(url: string) {
  const none = { '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 }
  return { url: `${url}/reactions`, total_count: 0, ...none }
}
