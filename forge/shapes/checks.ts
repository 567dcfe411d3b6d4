import type { Commit } from '../git/commits.ts'
import type { Annotation, Stored } from '../state/records.ts'
import { appShape } from './account.ts'
import type { Around } from './reports.ts'
import { minimalRepositoryShape } from './repository.ts'
import { nodeId, time } from './urls.ts'

/** GitHub's `check-run`. Which buttons it has is not told, as on GitHub. */
export function checkRunShape(around: Around, { id, body }: Stored<'checkRun'>) {
  const { urls, repository } = around
  const url = `${urls.repository(repository)}/check-runs/${id}`
  return {
    id,
    node_id: nodeId('CheckRun', id),
    name: body.name,
    head_sha: body.headSha,
    external_id: body.externalId,
    url,
    html_url: `${urls.html(repository)}/runs/${id}`,
    // Without one of its own it leads to the App's page.
    details_url: body.detailsUrl ?? urls.origin,
    status: body.status,
    conclusion: body.conclusion,
    started_at: body.startedAt,
    completed_at: body.completedAt,
    output: {
      title: body.output.title,
      summary: body.output.summary,
      text: body.output.text,
      annotations_count: body.output.annotations,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: body.suiteId },
    app: appShape(around),
    pull_requests: [],
  }
}

/** GitHub's `check-annotation`. */
export function annotationShape({ urls, repository }: Around, headSha: string, annotation: Annotation) {
  const path = annotation.path.split('/').map(encodeURIComponent).join('/')
  return {
    path: annotation.path,
    blob_href: `${urls.html(repository)}/blob/${headSha}/${path}`,
    start_line: annotation.start_line,
    end_line: annotation.end_line,
    start_column: annotation.start_column ?? null,
    end_column: annotation.end_column ?? null,
    annotation_level: annotation.annotation_level,
    title: annotation.title ?? null,
    message: annotation.message,
    raw_details: annotation.raw_details ?? null,
  }
}

export interface SuiteParts {
  readonly around: Around
  readonly commit: Commit
  readonly runs: readonly Stored<'checkRun'>[]
}

/** GitHub's `check-suite`; in events it stands without its repository, which is beside it. */
export function checkSuiteShape({ around, commit, runs }: SuiteParts, suite: Stored<'checkSuite'>) {
  const { urls, repository } = around
  const { id, body, createdAtMs, updatedAtMs } = suite
  const url = `${urls.repository(repository)}/check-suites/${id}`
  const open = runs.length === 0 || runs.some((run) => run.body.status !== 'completed')
  const failed = runs.find((run) => !['success', 'neutral', 'skipped'].includes(run.body.conclusion ?? ''))
  const { name, email } = commit.author
  return {
    id,
    node_id: nodeId('CheckSuite', id),
    head_branch: body.headBranch,
    head_sha: body.headSha,
    status: runs.length === 0 ? 'queued' : open ? 'in_progress' : 'completed',
    conclusion: open ? null : (failed?.body.conclusion ?? 'success'),
    url,
    before: body.before,
    after: body.headSha,
    pull_requests: [],
    app: appShape(around),
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    rerequestable: true,
    runs_rerequestable: true,
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    head_commit: {
      id: commit.sha,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: commit.committer.date,
      author: { name, email },
      committer: { name: commit.committer.name, email: commit.committer.email },
    },
  }
}

/** As when a suite is asked for. */
export function fullCheckSuiteShape(parts: SuiteParts, suite: Stored<'checkSuite'>) {
  const { urls, repository } = parts.around
  return { ...checkSuiteShape(parts, suite), repository: minimalRepositoryShape(urls, repository) }
}
