import { createHash } from 'node:crypto'
import { repositoryName } from '../../contract/store/repository/repositories.ts'
import type { Pull } from './fetch-pull.ts'

/** Changes when an open pull request asks for something new, or would go elsewhere, or what decides whether it has previews. */
export function pullMark(
  of: { readonly owner: string; readonly repository: string },
  pull: Pick<Pull, 'head' | 'base' | 'draft' | 'labels'>,
): string {
  const rest = [repositoryName(of.owner, of.repository), pull.base.branch, pull.draft, ...pull.labels.toSorted()]
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)
  return `${pull.head.sha} ${hash}`
}
