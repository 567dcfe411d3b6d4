import type { Database } from './database.ts'

/** Which refs were already turned into events, so that a push whose hook was killed is told on the next start. */
export function announcedRefs(database: Database, repositoryId: number): Map<string, string> {
  const rows = database.all<{ ref: string; sha: string }>(
    'SELECT ref, sha FROM announced_refs WHERE repository_id = ?',
    repositoryId,
  )
  return new Map(rows.map(({ ref, sha }) => [ref, sha]))
}

/** Notes that the event of this update is stored; `sha` is undefined for a deletion. */
export function markAnnounced(database: Database, repositoryId: number, update: { ref: string; sha?: string }): void {
  if (update.sha === undefined) {
    database.run('DELETE FROM announced_refs WHERE repository_id = ? AND ref = ?', repositoryId, update.ref)
    return
  }
  database.run(
    `INSERT INTO announced_refs (repository_id, ref, sha) VALUES (?, ?, ?)
     ON CONFLICT (repository_id, ref) DO UPDATE SET sha = excluded.sha`,
    repositoryId,
    update.ref,
    update.sha,
  )
}
