import type { RepositoryCall } from '../http/route.ts'
import { notFound } from '../http/refusal.ts'
import type { Around } from '../shapes/reports.ts'
import { accountById } from '../state/accounts.ts'
import { recordById, recordsOf, type RecordKind, type Stored } from '../state/records.ts'

/** What stands beside a record in an answer. */
export function around({ forge, repository, author }: RepositoryCall, record: { readonly creatorId: number }): Around {
  const { urls, app, grant, database } = forge
  return { urls, app, grant, repository, creator: accountById(database, record.creatorId) ?? author }
}

/** The record that a path names. @throws Refusal 404 */
export function recordIn<Kind extends RecordKind>(call: RepositoryCall, kind: Kind, name: string): Stored<Kind> {
  const of = { repositoryId: call.repository.id, id: Number(call.params[name]) }
  const record = Number.isSafeInteger(of.id) ? recordById(call.forge.database, kind, of) : undefined
  if (record === undefined) throw notFound()
  return record
}

/** The pull request with the number that a path names. @throws Refusal 404 */
export function pullIn({ forge, repository, params }: RepositoryCall): Stored<'pull'> {
  const parent = params['number'] ?? ''
  const [pull] = recordsOf(forge.database, 'pull', { repositoryId: repository.id, parent })
  if (pull === undefined) throw notFound()
  return pull
}
