import type { FileChange } from '../git/changes.ts'
import type { Commit, Person } from '../git/commits.ts'
import type { Repository } from '../state/repositories.ts'
import { nodeId, type Urls } from './urls.ts'

/** GitHub's `commit`. Author and committer are null, as for e-mail addresses that no account has. */
export function commitShape(urls: Urls, repository: Repository, commit: Commit) {
  const url = urls.repository(repository)
  const html = urls.html(repository)
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      message: commit.message,
      author: person(commit.author),
      committer: person(commit.committer),
      comment_count: 0,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      verification: { verified: false, reason: 'unsigned', payload: null, signature: null, verified_at: null },
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
  }
}

/** GitHub's `diff-entry`, without the patch text. */
export function fileShape(urls: Urls, at: { repository: Repository; sha: string }, file: FileChange) {
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${urls.html(at.repository)}/blob/${at.sha}/${path}`,
    raw_url: `${urls.html(at.repository)}/raw/${at.sha}/${path}`,
    contents_url: `${urls.repository(at.repository)}/contents/${path}?ref=${at.sha}`,
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  }
}

/** GitHub gives dates of commits in UTC. */
function person({ name, email, date }: Person) {
  return { name, email, date: new Date(date).toISOString().replace(/\.\d+Z$/, 'Z') }
}
