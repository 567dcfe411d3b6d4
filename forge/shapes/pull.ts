import type { Account } from '../state/accounts.ts'
import type { Stored } from '../state/records.ts'
import type { Repository } from '../state/repositories.ts'
import { accountShape } from './account.ts'
import { repositoryShape } from './repository.ts'
import { nodeId, time, type Urls } from './urls.ts'

export interface PullParts {
  readonly urls: Urls
  readonly repository: Repository
  /** Undefined once the fork is gone. */
  readonly headRepository: Repository | undefined
  readonly headOwner: Account | undefined
  readonly author: Account
}

/** GitHub's `pull-request-simple`, as in lists. */
export function pullShape(parts: PullParts, { id, body, createdAtMs, updatedAtMs }: Stored<'pull'>) {
  const { urls, repository, headRepository, headOwner, author } = parts
  const url = `${urls.repository(repository)}/pulls/${body.number}`
  const html = `${urls.html(repository)}/pull/${body.number}`
  const issue = `${urls.repository(repository)}/issues/${body.number}`
  const statuses = `${urls.repository(repository)}/statuses/${body.headSha}`
  const links = {
    comments: `${issue}/comments`,
    commits: `${url}/commits`,
    html,
    issue,
    review_comment: `${urls.repository(repository)}/pulls/comments{/number}`,
    review_comments: `${url}/comments`,
    self: url,
    statuses,
  }
  return {
    url,
    id,
    node_id: nodeId('PullRequest', id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: statuses,
    number: body.number,
    state: body.state,
    locked: false,
    title: body.title,
    user: accountShape(urls, author),
    body: body.text,
    labels: (body.labels ?? []).map((name) => labelShape(urls, repository, name)),
    milestone: null,
    active_lock_reason: null,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    closed_at: body.closedAtMs === null ? null : time(body.closedAtMs),
    merged_at: body.mergedAtMs === null ? null : time(body.mergedAtMs),
    merge_commit_sha: body.mergeSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: side(urls, {
      repository: headRepository,
      owner: headRepository?.owner ?? headOwner,
      ref: body.headBranch,
      sha: body.headSha,
    }),
    base: side(urls, { repository, owner: repository.owner, ref: body.baseBranch, sha: body.baseSha }),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: author.id === repository.owner.id ? 'OWNER' : 'NONE',
    auto_merge: null,
    draft: body.draft,
  }
}

/** A label; the forge makes each when it is first used, without a colour of its own. */
export function labelShape(urls: Urls, repository: Repository, name: string) {
  return {
    // An id for the name: GitHub's are numbers that are given one after the other.
    id: repository.id * 100_000 + Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0),
    node_id: nodeId('Label', `${repository.id}:${name}`),
    url: `${urls.repository(repository)}/labels/${encodeURIComponent(name)}`,
    name,
    color: 'ededed',
    default: false,
    description: null,
  }
}

export interface PullCounts {
  readonly commits: number
  readonly additions: number
  readonly deletions: number
  readonly files: number
  readonly comments: number
}

/** GitHub's `pull-request`, as when one is asked for, and in webhooks. */
export function fullPullShape(parts: PullParts, pull: Stored<'pull'>, counts: PullCounts) {
  const merged = pull.body.mergedAtMs !== null
  return {
    ...pullShape(parts, pull),
    merged,
    mergeable: merged ? null : true,
    rebaseable: merged ? null : true,
    mergeable_state: merged ? 'unknown' : 'clean',
    merged_by: merged ? accountShape(parts.urls, parts.author) : null,
    comments: counts.comments,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: counts.commits,
    additions: counts.additions,
    deletions: counts.deletions,
    changed_files: counts.files,
  }
}

interface Side {
  readonly repository: Repository | undefined
  readonly owner: Account | undefined
  readonly ref: string
  readonly sha: string
}

function side(urls: Urls, { repository, owner, ref, sha }: Side) {
  return {
    label: `${owner?.login ?? 'unknown'}:${ref}`,
    ref,
    sha,
    user: owner === undefined ? null : accountShape(urls, owner),
    repo: repository === undefined ? null : repositoryShape(urls, repository),
  }
}
