import type { Database } from './database.ts'

type StatusState = 'error' | 'failure' | 'pending' | 'success'

export interface CommitStatus {
  readonly id: number
  readonly repositoryId: number
  readonly sha: string
  readonly context: string
  readonly state: StatusState
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creatorId: number
  readonly createdAtMs: number
}

const SELECT = `SELECT id, repository_id AS repositoryId, sha, context, state, description, target_url AS targetUrl,
  creator_id AS creatorId, created_at_ms AS createdAtMs FROM statuses`

export function addStatus(database: Database, status: Omit<CommitStatus, 'id'>): CommitStatus {
  const { id } = database.run(
    `INSERT INTO statuses (repository_id, sha, context, state, description, target_url, creator_id, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    status.repositoryId,
    status.sha,
    status.context,
    status.state,
    status.description,
    status.targetUrl,
    status.creatorId,
    status.createdAtMs,
  )
  return { id, ...status }
}

/** All statuses of a commit, the newest first, as GitHub lists them. */
export function statusesOf(database: Database, repositoryId: number, sha: string): CommitStatus[] {
  return database.all<CommitStatus>(`${SELECT} WHERE repository_id = ? AND sha = ? ORDER BY id DESC`, repositoryId, sha)
}

/** The newest of each context. */
export function currentStatuses(database: Database, repositoryId: number, sha: string): CommitStatus[] {
  return database.all<CommitStatus>(
    `${SELECT} WHERE id IN (SELECT max(id) FROM statuses WHERE repository_id = ? AND sha = ? GROUP BY context) ORDER BY id`,
    repositoryId,
    sha,
  )
}

export function countStatuses(database: Database, of: Pick<CommitStatus, 'repositoryId' | 'sha' | 'context'>): number {
  const row = database.one<{ total: number }>(
    'SELECT count(*) AS total FROM statuses WHERE repository_id = ? AND sha = ? AND context = ?',
    of.repositoryId,
    of.sha,
    of.context,
  )
  return row?.total ?? 0
}
