import { repositoryName } from '../../contract/store/repository/repositories.ts'

/** Changes when a branch asks for something new: by its commit, or because its repository has another name or owner by now. */
export function branchMark({
  owner,
  repository,
  sha,
}: {
  readonly owner: string
  readonly repository: string
  readonly sha: string
}): string {
  return `${sha} ${repositoryName(owner, repository)}`
}
