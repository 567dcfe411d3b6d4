import type { Forge } from '../forge.ts'
import { readRef } from '../git/refs.ts'
import { invalid } from '../http/refusal.ts'
import type { Repository } from '../state/repositories.ts'

interface Branch {
  readonly repository: Repository
  readonly branch: string
  /** What a refusal names. */
  readonly field: string
}

/** A branch's head. @throws Refusal 422 when there is no such branch. */
export async function headOfBranch({ git }: Forge, { repository, branch, field }: Branch): Promise<string> {
  const found = await readRef(git, git.folder(repository.id), `refs/heads/${branch}`)
  if (found === undefined) throw invalid({ resource: 'PullRequest', field })
  return found.sha
}
