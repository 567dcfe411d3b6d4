import { z } from 'zod'
import { readRef } from '../git/refs.ts'
import { ok, type Answer } from '../http/answer.ts'
import { parseBody } from '../http/parse.ts'
import { invalid } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { archive, changeVisibility, deleteRepository, rename, transfer } from '../life/change.ts'
import { forkRepository } from '../life/fork.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { repositoryById, setDefaultBranch, type Repository } from '../state/repositories.ts'
import { tell } from '../webhooks/tell.ts'

const ADMIN = [['administration', 'write']] as const
/** Who reads a repository may fork it. */
const READ = [['metadata', 'read']] as const

const settings = z.object({
  name: z.string().min(1).optional(),
  default_branch: z.string().min(1).optional(),
  private: z.boolean().optional(),
  visibility: z.enum(['public', 'private']).optional(),
  archived: z.boolean().optional(),
})
const fork = z.object({ organization: z.string().min(1).optional(), name: z.string().min(1).optional() })
const move = z.object({ new_owner: z.string().min(1), new_name: z.string().min(1).optional() })

/** What may become of a repository: https://docs.github.com/en/rest/repos/repos */
export const repositoryLifeRoutes: readonly Route[] = [
  repositoryRoute('PATCH /', ADMIN, changeSettings),
  repositoryRoute('DELETE /', ADMIN, async ({ forge, repository, author }) => {
    await deleteRepository(forge, repository, author)
    return { status: 204 }
  }),
  repositoryRoute('POST /transfer', ADMIN, ({ forge, repository, author, body }) => {
    const { new_owner: owner, new_name: name = repository.name } = parseBody('Repository', move, body)
    const moved = transfer(forge, repository, { owner, name, sender: author })
    return { status: 202, json: repositoryShape(forge.urls, moved) }
  }),
  repositoryRoute('POST /forks', READ, async ({ forge, repository, author, body }) => {
    const { organization: owner = author.login, name = repository.name } = parseBody('Repository', fork, body)
    const made = await forkRepository(forge, repository, { owner, name })
    return { status: 202, json: repositoryShape(forge.urls, made) }
  }),
]

async function changeSettings(call: RepositoryCall): Promise<Answer> {
  const { forge, author } = call
  const given = parseBody('Repository', settings, call.body)
  let { repository } = call
  if (given.default_branch !== undefined) repository = await changeDefaultBranch(call, given.default_branch)
  if (given.name !== undefined && given.name !== repository.name) {
    repository = rename(forge, repository, { name: given.name, sender: author })
  }
  const visibility =
    given.visibility ?? (given.private === undefined ? undefined : given.private ? 'private' : 'public')
  if (visibility !== undefined) repository = changeVisibility(forge, repository, { visibility, sender: author })
  if (given.archived !== undefined) {
    repository = archive(forge, repository, { archived: given.archived, sender: author })
  }
  return ok(repositoryShape(forge.urls, repository))
}

async function changeDefaultBranch(
  { forge, repository, folder, author }: RepositoryCall,
  branch: string,
): Promise<Repository> {
  if ((await readRef(forge.git, folder, `refs/heads/${branch}`)) === undefined) {
    throw invalid({ resource: 'Repository', field: 'default_branch', message: `The branch ${branch} was not found.` })
  }
  await forge.git.run(folder, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`])
  setDefaultBranch(forge.database, repository.id, branch)
  const changed = repositoryById(forge.database, repository.id) ?? repository
  if (branch !== repository.defaultBranch) {
    const body = { changes: { default_branch: { from: repository.defaultBranch } } }
    tell(forge, changed, { name: 'repository', action: 'edited', sender: author, body })
  }
  return changed
}
