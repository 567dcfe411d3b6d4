const DAY_MS = 24 * 3600_000

/**
 * How long GitHub can send a delivery again: three days on github.com, seven on a GitHub Enterprise Server.
 * https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 *
 * @param githubUrl base of its REST API
 */
export function redeliverableMs(githubUrl: string): number {
  const { hostname } = new URL(githubUrl)
  const isCloud = hostname === 'api.github.com' || hostname.endsWith('.ghe.com')
  return (isCloud ? 3 : 7) * DAY_MS
}
