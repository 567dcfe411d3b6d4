import { z } from 'zod'
import { repositoryName } from '../../contract/store/repository/repositories.ts'

/** The part of a repository that is read where GitHub lists it, or shows it by its number. */
export const listedRepository = z
  .object({
    id: z.number().int(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    default_branch: z.string(),
    archived: z.boolean().default(false),
    pushed_at: z.string().nullish(),
  })
  .transform(({ id, name, owner, default_branch: defaultBranch, archived, pushed_at: pushedAt }) => ({
    repositoryId: id,
    owner: owner.login,
    repository: name,
    defaultBranch,
    archived,
    pushedAt: pushedAt ?? '',
  }))

/** A repository as GitHub shows it to an installation of the App. */
export interface Listed extends Readonly<z.infer<typeof listedRepository>> {
  readonly installationId: number
}

/** Changes when something was pushed to a repository, or it was given another name, owner or default branch. */
export function listedMark({ owner, repository, defaultBranch, pushedAt }: Listed): string {
  return `${pushedAt} ${repositoryName(owner, repository)} ${defaultBranch}`
}
