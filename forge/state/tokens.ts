import { createHash } from 'node:crypto'
import type { Database } from './database.ts'

export interface TokenGrant {
  readonly installationId: number
  readonly permissions: Readonly<Record<string, string>>
  /** Absent: every repository of the installation, also later ones. */
  readonly repositoryIds?: readonly number[]
  readonly expiresAtMs: number
}

/** Only a token's hash is kept: who reads the database can use none of them. */
export function storeToken(database: Database, token: string, grant: TokenGrant): void {
  database.run(
    'INSERT INTO tokens (hash, installation_id, permissions, repository_ids, expires_at_ms) VALUES (?, ?, ?, ?, ?)',
    hash(token),
    grant.installationId,
    JSON.stringify(grant.permissions),
    grant.repositoryIds === undefined ? null : JSON.stringify(grant.repositoryIds),
    grant.expiresAtMs,
  )
}

export function findToken(database: Database, token: string, nowMs: number): TokenGrant | undefined {
  const row = database.one<{
    installationId: number
    permissions: string
    repositoryIds: string | null
    expiresAtMs: number
  }>(
    `SELECT installation_id AS installationId, permissions, repository_ids AS repositoryIds, expires_at_ms AS expiresAtMs
     FROM tokens WHERE hash = ? AND expires_at_ms > ?`,
    hash(token),
    nowMs,
  )
  if (row === undefined) return undefined
  return {
    installationId: row.installationId,
    permissions: JSON.parse(row.permissions) as Record<string, string>,
    ...(row.repositoryIds === null ? {} : { repositoryIds: JSON.parse(row.repositoryIds) as number[] }),
    expiresAtMs: row.expiresAtMs,
  }
}

/** Keeps a one-use right to download one commit. */
export function storeDownload(
  database: Database,
  token: string,
  download: { repositoryId: number; sha: string; expiresAtMs: number },
): void {
  database.run(
    'INSERT INTO downloads (hash, repository_id, sha, expires_at_ms) VALUES (?, ?, ?, ?)',
    hash(token),
    download.repositoryId,
    download.sha,
    download.expiresAtMs,
  )
}

/** Spends a download's token: the second caller gets nothing. */
export function takeDownload(
  database: Database,
  token: string,
  nowMs: number,
): { repositoryId: number; sha: string } | undefined {
  return database.one<{ repositoryId: number; sha: string }>(
    'DELETE FROM downloads WHERE hash = ? AND expires_at_ms > ? RETURNING repository_id AS repositoryId, sha',
    hash(token),
    nowMs,
  )
}

export function forgetExpired(database: Database, nowMs: number): void {
  database.run('DELETE FROM tokens WHERE expires_at_ms <= ?', nowMs)
  database.run('DELETE FROM downloads WHERE expires_at_ms <= ?', nowMs)
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
