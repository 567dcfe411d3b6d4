import type { Door } from '../metrics/metrics.ts'
import { WEBHOOK_PATH } from './paths.ts'

/** What a request was for, in one of few words: paths are as many as deployments, and strangers make up more. */
export function doorOf(pathname: string): Door {
  // A log that is followed takes as long as a build does, and is no slow page.
  if (/^\/d\/\w+\/events$/.test(pathname)) return 'stream'
  if (pathname === WEBHOOK_PATH) return 'webhook'
  if (/^\/setup(?:\/|$)/.test(pathname)) return 'setup'
  if (pathname === '/healthz') return 'health'
  if (pathname === '/metrics') return 'metrics'
  return 'page'
}
