import type { Repository } from '../state/repositories.ts'

/** The addresses of one forge. */
export interface Urls {
  /** `http://127.0.0.1:4000` */
  readonly origin: string
  /** Where the API is: `<origin>/api/v3`, as on a GitHub Enterprise Server. */
  readonly api: string
  readonly repository: (repository: Repository) => string
  readonly html: (repository: Repository) => string
}

export function createUrls(port: number): Urls {
  const origin = `http://127.0.0.1:${port}`
  const api = `${origin}/api/v3`
  return {
    origin,
    api,
    repository: (repository) => `${api}/repos/${fullName(repository)}`,
    html: (repository) => `${origin}/${fullName(repository)}`,
  }
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`
}

/** GitHub's global ids: opaque, and here the kind and the number. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url')
}

/** GitHub's times have no fractions: `2026-01-31T12:00:00Z`. */
export function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
