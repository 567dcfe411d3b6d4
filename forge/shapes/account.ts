import type { AppGrant } from '../auth/app-grant.ts'
import type { AppIdentity } from '../auth/credentials.ts'
import type { Account } from '../state/accounts.ts'
import type { Installation } from '../state/installations.ts'
import { isSubscribed } from '../webhooks/subscription.ts'
import { nodeId, time, type Urls } from './urls.ts'

/** GitHub's `simple-user`. */
export function accountShape(urls: Urls, { id, login, type }: Account) {
  const url = `${urls.api}/users/${encodeURIComponent(login)}`
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${urls.origin}/avatars/u/${id}`,
    gravatar_id: '',
    url,
    html_url: `${urls.origin}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

export interface AppParts {
  readonly urls: Urls
  readonly app: AppIdentity
  readonly grant: AppGrant
}

/** GitHub's `integration`; where no manifest said otherwise, its owner is the local person. */
export function appShape({ urls, app, grant }: AppParts) {
  const owner = app.owner ?? { login: 'local', type: 'User' }
  return {
    id: app.appId,
    slug: app.slug,
    node_id: nodeId('App', app.appId),
    client_id: app.clientId,
    owner: { ...accountShape(urls, { id: 1, login: owner.login, type: 'User' }), type: owner.type },
    name: app.name,
    description: app.description ?? 'git push → a live micro',
    external_url: app.externalUrl ?? urls.origin,
    html_url: `${urls.origin}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: grant.permissions,
    events: grant.events,
  }
}

/** GitHub's `installation`. */
export function installationShape({ urls, app, grant }: AppParts, installation: Installation) {
  const { id, account, createdAtMs, suspendedAtMs, repositoryIds } = installation
  const permissions = installation.permissions ?? grant.permissions
  const subscriber = { events: grant.events, permissions }
  return {
    id,
    account: accountShape(urls, account),
    repository_selection: repositoryIds === undefined ? 'all' : 'selected',
    access_tokens_url: `${urls.api}/app/installations/${id}/access_tokens`,
    repositories_url: `${urls.api}/installation/repositories`,
    html_url: `${urls.origin}/settings/installations/${id}`,
    app_id: app.appId,
    app_slug: app.slug,
    client_id: app.clientId,
    target_id: account.id,
    target_type: 'User',
    permissions,
    events: grant.events.filter((name) => isSubscribed({ name }, subscriber)),
    created_at: time(createdAtMs),
    updated_at: time(createdAtMs),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: suspendedAtMs === null ? null : accountShape(urls, account),
    suspended_at: suspendedAtMs === null ? null : time(suspendedAtMs),
  }
}
