import { createHash } from 'node:crypto'
import { repositoryName } from '../../contract/store/repository/repositories.ts'
import type { Pull } from '../pull/fetch-pull.ts'

interface Named {
  readonly owner: string
  readonly repository: string
}

/** Changes when a branch asks for something new: by its commit, or because its repository has another name or owner by now. */
export function branchMark({ owner, repository, sha }: Named & { readonly sha: string }): string {
  return `${sha} ${repositoryName(owner, repository)}`
}

/** The same for an open pull request: also where it would go, and what decides whether it has previews. */
export function pullMark(of: Named, pull: Pick<Pull, 'head' | 'base' | 'draft' | 'labels'>): string {
  const rest = [repositoryName(of.owner, of.repository), pull.base.branch, pull.draft, ...pull.labels.toSorted()]
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)
  return `${pull.head.sha} ${hash}`
}
