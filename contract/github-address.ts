/** Where a GitHub is. */
export interface GitHubAddress {
  /** Where people sign in, without a slash at its end. */
  readonly webUrl: string
  /** Base of its REST API, without a slash at its end. */
  readonly apiUrl: string
}

const DOT_COM: GitHubAddress = { webUrl: 'https://github.com', apiUrl: 'https://api.github.com' }

/**
 * What `MICROPUSH_GITHUB` names: `1` is github.com, anything else the address of a GitHub Enterprise Server, whose API is at
 * `/api/v3`, or of a company's own part of GitHub's cloud, whose API has a host of its own.
 * https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
 * https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency
 *
 * @returns undefined when the text is no such thing.
 */
export function parseGitHubAddress(text: string): GitHubAddress | undefined {
  if (/^(?:1|true|yes)$/i.test(text)) return DOT_COM
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  if (url.username !== '' || url.search !== '' || url.hash !== '' || !/^\/(?:api\/v3\/?)?$/.test(url.pathname))
    return undefined
  if (/^(?:www\.|api\.)?github\.com$/.test(url.host)) return DOT_COM
  const tenant = /^(?:api\.)?([a-z0-9-]+\.ghe\.com)$/.exec(url.host)?.[1]
  if (tenant !== undefined) return { webUrl: `https://${tenant}`, apiUrl: `https://api.${tenant}` }
  return { webUrl: url.origin, apiUrl: `${url.origin}/api/v3` }
}
