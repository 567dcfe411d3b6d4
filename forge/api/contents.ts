import { entriesOf, entryAt, readBlob, type TreeEntry } from '../git/tree.ts'
import { ok, type Answer } from '../http/answer.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { commitNamed } from './repository.ts'

/** GitHub's bounds: https://docs.github.com/en/rest/repos/contents#get-repository-content */
const INLINE_BYTES = 1024 * 1024
const RAW_BYTES = 100 * 1024 * 1024
const MOST_ENTRIES = 1000

const NEEDS = [['contents', 'read']] as const

/** Files and folders at a commit. */
export const contentsRoutes: readonly Route[] = [
  repositoryRoute('GET /contents', NEEDS, contents),
  repositoryRoute('GET /contents/*path', NEEDS, contents),
]

async function contents(call: RepositoryCall): Promise<Answer> {
  const { forge, folder, query, params } = call
  const ref = query.get('ref')
  const sha = await commitNamed(call, ref, new Refusal(404, `No commit found for the ref ${ref ?? ''}`))
  const path = (params['path'] ?? '').replace(/\/+$/, '')
  if (path.split('/').some((part) => part === '..' || part === '.')) throw notFound()
  if (path === '') return listing(call, { sha, path })

  const entry = await entryAt(forge.git, folder, { sha, path })
  if (entry === undefined) throw notFound()
  if (entry.type === 'tree') return listing(call, { sha, path })
  if (entry.type === 'commit') return ok({ ...shape(call, entry), type: 'submodule', submodule_git_url: null })
  if (entry.mode === '120000') return link(call, { sha, entry })
  return file(call, entry)
}

async function listing(call: RepositoryCall, at: { sha: string; path: string }): Promise<Answer> {
  const entries = await entriesOf(call.forge.git, call.folder, at)
  return ok(entries.slice(0, MOST_ENTRIES).map((entry) => shape(call, entry)))
}

async function file(call: RepositoryCall, entry: TreeEntry): Promise<Answer> {
  if (entry.size > RAW_BYTES) {
    throw new Refusal(403, 'This API returns blobs up to 100 MB in size. The requested blob is too large.', [
      { resource: 'Blob', field: 'data', code: 'too_large' },
    ])
  }
  const wantsRaw = /application\/vnd\.github\.(?:v3\.)?raw\b/.test(call.request.headers.accept ?? '')
  if (wantsRaw) {
    const headers = { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }
    return { status: 200, headers, bytes: await readBlob(call.forge.git, call.folder, entry.sha) }
  }
  const inline = entry.size <= INLINE_BYTES
  const content = inline ? wrap((await readBlob(call.forge.git, call.folder, entry.sha)).toString('base64')) : ''
  return ok({ ...shape(call, entry), content, encoding: inline ? 'base64' : 'none' })
}

/** A link to a file of the repository is answered with that file, any other as a link. */
async function link(call: RepositoryCall, { sha, entry }: { sha: string; entry: TreeEntry }): Promise<Answer> {
  const target = (await readBlob(call.forge.git, call.folder, entry.sha)).toString('utf8')
  const base = new URL(`http://repository/${entry.path}`)
  const path = decodeURIComponent(new URL(encodeURI(target), base).pathname).slice(1)
  const found = target.startsWith('/') ? undefined : await entryAt(call.forge.git, call.folder, { sha, path })
  if (found?.type === 'blob' && found.mode !== '120000') return file(call, { ...found, path: entry.path })
  return ok({ ...shape(call, entry), target })
}

function shape({ forge, repository, query }: RepositoryCall, entry: TreeEntry) {
  const ref = query.get('ref') ?? repository.defaultBranch
  const path = entry.path.split('/').map(encodeURIComponent).join('/')
  const git = entry.type === 'tree' ? 'trees' : 'blobs'
  const links = {
    self: `${forge.urls.repository(repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`,
    git: `${forge.urls.repository(repository)}/git/${git}/${entry.sha}`,
    html: `${forge.urls.html(repository)}/blob/${encodeURIComponent(ref)}/${path}`,
  }
  return {
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url: links.self,
    html_url: links.html,
    git_url: links.git,
    download_url:
      entry.type === 'tree' ? null : `${forge.urls.html(repository)}/raw/${encodeURIComponent(ref)}/${path}`,
    type: entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : 'file',
    _links: links,
  }
}

/** GitHub breaks base64 after 60 characters. */
function wrap(base64: string): string {
  return base64.replaceAll(/.{1,60}/g, '$&\n')
}
