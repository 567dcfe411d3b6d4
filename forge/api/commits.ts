import { fileChanges } from '../git/changes.ts'
import { readCommit, readCommits } from '../git/commits.ts'
import { ok, type Answer } from '../http/answer.ts'
import { between, page } from '../http/page.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { commitShape, fileShape } from '../shapes/commit.ts'
import { commitNamed } from './repository.ts'

/** https://docs.github.com/en/rest/commits/commits#compare-two-commits */
const MOST_FILES = 300
const MOST_COMMITS = 250
/** As far back as the list of commits goes. */
const LISTED_COMMITS = 10_000

const NEEDS = [['contents', 'read']] as const

/** Commits and how they differ. */
export const commitRoutes: readonly Route[] = [
  repositoryRoute('GET /commits', NEEDS, list),
  repositoryRoute('GET /commits/*ref', NEEDS, get),
  repositoryRoute('GET /compare/*basehead', NEEDS, compare),
]

async function list(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, folder, query } = call
  const sha = await commitNamed(call, query.get('sha'), notFound())
  const path = query.get('path')
  const range = [`--max-count=${LISTED_COMMITS}`, sha, ...(path === null ? [] : ['--', `:(literal)${path}`])]
  const commits = await readCommits(forge.git, folder, range)
  return page(
    call,
    commits.map((commit) => commitShape(forge.urls, repository, commit)),
  )
}

async function get(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, folder, params } = call
  const ref = params['ref'] ?? ''
  const sha = await commitNamed(call, ref, new Refusal(422, `No commit found for SHA: ${ref}`))
  if (/application\/vnd\.github\.(?:v3\.)?sha\b/.test(call.request.headers.accept ?? '')) {
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' },
      bytes: Buffer.from(sha),
    }
  }
  const commit = await readCommit(forge.git, folder, sha)
  const files = await fileChanges(forge.git, folder, { base: commit.parents[0], head: sha })
  const additions = files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
  return ok({
    ...commitShape(forge.urls, repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.slice(0, MOST_FILES).map((file) => fileShape(forge.urls, { repository, sha }, file)),
  })
}

async function compare(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, folder, params, query } = call
  const { git, urls } = forge
  const [baseName, headName, ...rest] = (params['basehead'] ?? '').split('...')
  if (baseName === undefined || headName === undefined || rest.length > 0) throw notFound()
  const base = await commitNamed(call, baseName, notFound())
  const head = await commitNamed(call, headName, notFound())
  const mergeBase = (await git.ask(folder, ['merge-base', base, head]))?.trim()
  if (mergeBase === undefined) throw new Refusal(404, 'No common ancestor between the two commits.')

  const counts = await git.run(folder, ['rev-list', '--left-right', '--count', `${base}...${head}`])
  const [behind = 0, ahead = 0] = counts.trim().split('\t').map(Number)
  const size = between(query.get('per_page'), MOST_COMMITS, MOST_COMMITS)
  const number = between(query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const newestFirst = await readCommits(git, folder, [`--max-count=${LISTED_COMMITS}`, head, `^${base}`])
  const commits = newestFirst.toReversed().slice((number - 1) * size, number * size)
  // As on GitHub, the files stand on the first page only.
  const files = number === 1 ? await fileChanges(git, folder, { base: mergeBase, head }) : []
  const html = `${urls.html(repository)}/compare/${baseName}...${headName}`
  return ok({
    url: `${urls.repository(repository)}/compare/${baseName}...${headName}`,
    html_url: html,
    permalink_url: `${urls.html(repository)}/compare/${base}...${head}`,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitShape(urls, repository, await readCommit(git, folder, base)),
    merge_base_commit: commitShape(urls, repository, await readCommit(git, folder, mergeBase)),
    status: ahead > 0 && behind > 0 ? 'diverged' : ahead > 0 ? 'ahead' : behind > 0 ? 'behind' : 'identical',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => commitShape(urls, repository, commit)),
    files: files.slice(0, MOST_FILES).map((file) => fileShape(urls, { repository, sha: head }, file)),
  })
}
