import { readCommit } from '../git/commits.ts'
import { listRefs, readRef, resolveCommit } from '../git/refs.ts'
import { ok } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { commitShape } from '../shapes/commit.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { nodeId } from '../shapes/urls.ts'

const METADATA = [['metadata', 'read']] as const
const CONTENTS = [['contents', 'read']] as const

/** The repository itself, its branches and refs. */
export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET /', METADATA, ({ forge, repository }) => ok(repositoryShape(forge.urls, repository))),
  repositoryRoute('GET /branches', CONTENTS, listBranches),
  repositoryRoute('GET /branches/*branch', CONTENTS, getBranch),
  repositoryRoute('GET /git/ref/*ref', CONTENTS, getRef),
]

async function listBranches(call: RepositoryCall) {
  const { forge, repository, folder } = call
  const url = forge.urls.repository(repository)
  const refs = await listRefs(forge.git, folder, 'refs/heads/')
  const branches = [...refs].map(([ref, sha]) => {
    const name = ref.slice('refs/heads/'.length)
    return { name, commit: { sha, url: `${url}/commits/${sha}` }, protected: false }
  })
  return page(call, branches)
}

async function getBranch({ forge, repository, folder, params }: RepositoryCall) {
  const name = params['branch'] ?? ''
  const found = await readRef(forge.git, folder, `refs/heads/${name}`)
  if (found === undefined) throw new Refusal(404, 'Branch not found')
  const url = `${forge.urls.repository(repository)}/branches/${name}`
  return ok({
    name,
    commit: commitShape(forge.urls, repository, await readCommit(forge.git, folder, found.sha)),
    _links: { self: url, html: `${forge.urls.html(repository)}/tree/${name}` },
    protected: false,
    protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    protection_url: `${url}/protection`,
  })
}

async function getRef({ forge, repository, folder, params }: RepositoryCall) {
  const ref = `refs/${params['ref'] ?? ''}`
  const found = await readRef(forge.git, folder, ref)
  if (found === undefined) throw notFound()
  const url = forge.urls.repository(repository)
  return ok({
    ref,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: `${url}/git/${ref}`,
    object: { sha: found.sha, type: found.type, url: `${url}/git/${found.type}s/${found.sha}` },
  })
}

/**
 * The commit that a request names, or the default branch's head when it names none.
 *
 * @throws Refusal with `message` and `status` when there is none.
 */
export async function commitNamed(
  { forge, repository, folder }: Pick<RepositoryCall, 'forge' | 'repository' | 'folder'>,
  name: string | null | undefined,
  otherwise: Refusal,
): Promise<string> {
  const sha = await resolveCommit(forge.git, folder, name ?? `refs/heads/${repository.defaultBranch}`)
  if (sha === undefined) throw otherwise
  return sha
}
