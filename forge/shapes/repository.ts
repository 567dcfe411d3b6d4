import type { Repository } from '../state/repositories.ts'
import { accountShape } from './account.ts'
import { fullName, nodeId, time, type Urls } from './urls.ts'

/** GitHub's templates for what belongs to a repository. */
const LINKS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const

/** GitHub's `minimal-repository`: no more than who, where and its links. */
export function minimalRepositoryShape(urls: Urls, repository: Repository) {
  const url = urls.repository(repository)
  const links = Object.entries(LINKS).map(([name, path]) => [name, `${url}${path}`])
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: accountShape(urls, repository.owner),
    html_url: urls.html(repository),
    description: null,
    fork: repository.fork,
    url,
    ...(Object.fromEntries(links) as Record<keyof typeof LINKS, string>),
  }
}

/** GitHub's `full-repository`, which also fits where `repository` is asked for. */
export function repositoryShape(urls: Urls, repository: Repository) {
  const html = urls.html(repository)
  return {
    ...minimalRepositoryShape(urls, repository),
    clone_url: `${html}.git`,
    git_url: `${html}.git`,
    ssh_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: repository.defaultBranch,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    network_count: 0,
    subscribers_count: 0,
    size: 0,
    has_downloads: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    visibility: repository.private ? 'private' : 'public',
    topics: [],
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    created_at: time(repository.createdAtMs),
    updated_at: time(repository.pushedAtMs),
    pushed_at: time(repository.pushedAtMs),
  }
}
