import type { Database } from './database.ts'

export interface Annotation {
  path: string
  start_line: number
  end_line: number
  start_column?: number | undefined
  end_column?: number | undefined
  annotation_level: string
  message: string
  title?: string | undefined
  raw_details?: string | undefined
}

/** What each kind of thing holds; all of them belong to a repository and to a parent within it. */
export interface RecordBodies {
  /** parent: the sha */
  deployment: {
    sha: string
    ref: string
    task: string
    environment: string
    description: string | null
    payload: unknown
    transient: boolean
    production: boolean
  }
  /** parent: the deployment's id */
  deploymentStatus: {
    state: string
    description: string
    environment: string
    environmentUrl: string
    logUrl: string
  }
  /** parent: the head sha */
  checkRun: {
    name: string
    headSha: string
    status: string
    conclusion: string | null
    detailsUrl: string | null
    externalId: string
    startedAt: string
    completedAt: string | null
    output: { title: string | null; summary: string | null; text: string | null; annotations: number }
    suiteId: number
    /** Those of all requests together. */
    annotations: Annotation[]
    /** The buttons. */
    actions: { label: string; description: string; identifier: string }[]
  }
  /** parent: the head sha */
  checkSuite: { headSha: string; headBranch: string | null; before: string | null }
  /** parent: the number */
  pull: {
    number: number
    title: string
    text: string | null
    draft: boolean
    labels?: string[]
    state: 'open' | 'closed'
    headRepositoryId: number
    /** Stays when the head's repository is gone. */
    headOwnerId: number
    headBranch: string
    headSha: string
    baseBranch: string
    baseSha: string
    closedAtMs: number | null
    mergedAtMs: number | null
    mergeSha: string | null
  }
  /** parent: the number */
  comment: { text: string; number: number; byApp: boolean }
  /** parent: the comment's id */
  reaction: { content: string }
}

export type RecordKind = keyof RecordBodies

export interface Stored<Kind extends RecordKind> {
  readonly id: number
  readonly repositoryId: number
  readonly creatorId: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly body: Readonly<RecordBodies[Kind]>
}

interface Row {
  readonly id: number
  readonly repositoryId: number
  readonly creatorId: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly body: string
}

const SELECT = `SELECT id, repository_id AS repositoryId, creator_id AS creatorId, created_at_ms AS createdAtMs,
  updated_at_ms AS updatedAtMs, body FROM records`

export function addRecord<Kind extends RecordKind>(
  database: Database,
  kind: Kind,
  record: { repositoryId: number; parent: string; creatorId: number; nowMs: number; body: RecordBodies[Kind] },
): Stored<Kind> {
  const { repositoryId, parent, creatorId, nowMs, body } = record
  const { id } = database.run(
    `INSERT INTO records (kind, repository_id, parent, creator_id, body, created_at_ms, updated_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    kind,
    repositoryId,
    parent,
    creatorId,
    JSON.stringify(body),
    nowMs,
    nowMs,
  )
  return { id, repositoryId, creatorId, createdAtMs: nowMs, updatedAtMs: nowMs, body }
}

export function updateRecord<Kind extends RecordKind>(
  database: Database,
  record: Stored<Kind>,
  change: { body: RecordBodies[Kind]; nowMs: number },
): Stored<Kind> {
  const sql = 'UPDATE records SET body = ?, updated_at_ms = ? WHERE id = ?'
  database.run(sql, JSON.stringify(change.body), change.nowMs, record.id)
  return { ...record, body: change.body, updatedAtMs: change.nowMs }
}

export function removeRecord(database: Database, id: number): void {
  database.run('DELETE FROM records WHERE id = ?', id)
}

export function recordById<Kind extends RecordKind>(
  database: Database,
  kind: Kind,
  of: { repositoryId: number; id: number },
): Stored<Kind> | undefined {
  const row = database.one<Row>(
    `${SELECT} WHERE kind = ? AND repository_id = ? AND id = ?`,
    kind,
    of.repositoryId,
    of.id,
  )
  return row === undefined ? undefined : parse<Kind>(row)
}

/** In the order they were made; all of the repository when no parent is given. */
export function recordsOf<Kind extends RecordKind>(
  database: Database,
  kind: Kind,
  of: { repositoryId: number; parent?: string },
): Stored<Kind>[] {
  const rows =
    of.parent === undefined
      ? database.all<Row>(`${SELECT} WHERE kind = ? AND repository_id = ? ORDER BY id`, kind, of.repositoryId)
      : database.all<Row>(
          `${SELECT} WHERE kind = ? AND repository_id = ? AND parent = ? ORDER BY id`,
          kind,
          of.repositoryId,
          of.parent,
        )
  return rows.map((row) => parse<Kind>(row))
}

function parse<Kind extends RecordKind>(row: Row): Stored<Kind> {
  return { ...row, body: JSON.parse(row.body) as RecordBodies[Kind] }
}
