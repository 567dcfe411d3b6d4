/**
 * Where people look at a repository, given the base of the REST API: github.com for api.github.com, `<name>.ghe.com` for
 * `api.<name>.ghe.com`, and the host itself for a GitHub Enterprise Server, which has its API at /api/v3
 * (https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api).
 */
export function githubWebUrl(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl)
  const isCloud = host === 'api.github.com' || /^api\.[^.]+\.ghe\.com$/.test(host)
  return `${protocol}//${isCloud ? host.slice('api.'.length) : host}`
}
