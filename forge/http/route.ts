import type { IncomingMessage } from 'node:http'
import type { Caller } from '../auth/caller.ts'
import type { Forge } from '../forge.ts'
import type { Account } from '../state/accounts.ts'
import type { Repository } from '../state/repositories.ts'
import type { Answer } from './answer.ts'

/** One of these must be granted to an installation's token, such as `statuses: write`. */
export type Needs = readonly (readonly [permission: string, level: 'read' | 'write'])[]

/** Who may use a route. `repository` routes have `:owner/:repo` or `:repository_id`; people read them without a password. */
export type Audience =
  | { readonly for: 'everyone' }
  | { readonly for: 'app' }
  | { readonly for: 'installation' }
  | { readonly for: 'person' }
  | { readonly for: 'repository'; readonly needs: Needs }
  /** As above, but only Apps may write: GitHub's rule for check runs. */
  | { readonly for: 'app-on-repository'; readonly needs: Needs }

/** A request that was let in. */
export interface Call {
  readonly forge: Forge
  readonly request: IncomingMessage
  readonly url: URL
  readonly query: URLSearchParams
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
  readonly caller: Caller
  /** Whose name stands on what is written. */
  readonly author: Account
}

/** A request for one repository: its folder is the bare repository's. */
export interface RepositoryCall extends Call {
  readonly repository: Repository
  readonly folder: string
}

export interface Route {
  readonly method: string
  readonly pattern: RegExp
  readonly audience: Audience
  readonly handle: (call: RepositoryCall) => Answer | Promise<Answer>
}

/** A route below `/api/v3`. `:name` is one segment, `*name` the rest of the path. */
export function route(
  line: `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} ${string}`,
  audience: Exclude<Audience, { for: 'repository' } | { for: 'app-on-repository' }>,
  handle: (call: Call) => Answer | Promise<Answer>,
): Route {
  const [method = '', path = ''] = line.split(' ')
  return { method, pattern: compile(path), audience, handle }
}

/**
 * The same for `/repos/:owner/:repo` and what is below; `path` is the part below. `/repositories/:repository_id` is the same
 * place, which GitHub does not describe but sends everybody to who asks for a former name.
 */
export function repositoryRoute(
  line: `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} ${string}`,
  needs: Needs | { readonly app: Needs },
  handle: (call: RepositoryCall) => Answer | Promise<Answer>,
): Route {
  const [method = '', path = ''] = line.split(' ')
  const audience: Audience =
    'app' in needs ? { for: 'app-on-repository', needs: needs.app } : { for: 'repository', needs }
  return {
    method,
    pattern: compile(`(?:/repos/:owner/:repo|/repositories/:repository_id)${path === '/' ? '' : path}`),
    audience,
    handle,
  }
}

/** The segments of a path that a pattern names, decoded; undefined when it does not fit. */
export function matchPath(pattern: RegExp, path: string): Record<string, string> | undefined {
  const groups = pattern.exec(path)?.groups
  if (groups === undefined) return undefined
  try {
    const found = Object.entries<string | undefined>(groups).filter((entry) => entry[1] !== undefined)
    return Object.fromEntries(found.map(([name, text = '']) => [name, decodeURIComponent(text)]))
  } catch {
    // A stray percent sign names nothing.
    return undefined
  }
}

function compile(path: string): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')
    .replaceAll(/\*(\w+)/g, '(?<$1>.*)')
  // A group that is always there, so that a path without parameters matches like the others.
  return new RegExp(`^(?:${source})(?<rest>)$`)
}
