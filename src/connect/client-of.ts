import { createGitHub, type GitHub } from '../github/client.ts'
import type { Connection } from './connection.ts'
import type { AppCredentials } from './credentials.ts'

/** The client of whatever App is in use, made once for each. */
export function createClientOf(connection: Connection): () => GitHub | undefined {
  let last: { readonly of: AppCredentials; readonly client: GitHub } | undefined
  return () => {
    const credentials = connection.current()
    if (credentials === undefined) return undefined
    if (last?.of !== credentials) last = { of: credentials, client: createGitHub(credentials) }
    return last.client
  }
}
