import { isPending, type Deployment } from '../../contract/deployment.ts'
import { escapeHtml } from '../../web/escape.ts'
import type { Health } from './health.ts'
import type { Page } from './respond.ts'

/** `GET /healthz`: 200 when everything works, else 503 naming what does not. */
export function healthPage(health: Health): Page {
  const failing = Object.entries(health.parts).filter(([, state]) => state !== 'ok')
  const message = failing.map(([name, state]) => `${name}: ${state}`).join('; ')
  const body = { ok: health.ok, ...(health.ok ? {} : { message }), parts: health.parts, sandbox: health.sandbox }
  return { status: health.ok ? 200 : 503, type: 'application/json', body: `${JSON.stringify(body, null, 2)}\n` }
}

/** `GET /`: what this is, and whether it is well. */
export function frontPage(health: Health): Page {
  const rows = Object.entries(health.parts).map(
    ([name, state]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(state)}</td></tr>`,
  )
  if (health.sandbox !== undefined) {
    rows.push(`<tr><th>sandbox</th><td>${escapeHtml(health.sandbox.means)}</td></tr>`)
  }
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>micropush</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}th{text-align:left;padding-right:1rem;vertical-align:top}</style>
<h1>micropush</h1>
<p>git push → a live micro. Install the GitHub App on a repository, commit a <code>micro.yml</code>, and push.</p>
<p>${health.ok ? 'Everything works.' : 'Something does not work at the moment.'}</p>
<table>${rows.join('')}</table>
</html>
`
  return { status: 200, type: 'text/html; charset=utf-8', body }
}

/** `GET /d/<id>`: how a deployment stands, and its log. */
export function deploymentPage(deployment: Deployment, log: string): Page {
  const { config, owner, repository, branch, sha, state, stateSinceMs, outcome } = deployment
  const facts = [
    `micro    ${config.name}`,
    `from     ${owner}/${repository}, branch ${branch}, commit ${sha}`,
    `state    ${state} since ${new Date(stateSinceMs).toISOString()}`,
    outcome.detail === undefined || !isPending(state) ? undefined : `         ${outcome.detail}`,
    outcome.url === undefined ? undefined : `endpoint ${outcome.url}`,
    outcome.supersededBy === undefined ? undefined : `by       ${outcome.supersededBy}`,
    outcome.error === undefined ? undefined : `error    ${outcome.error.message}`,
    ...(outcome.warnings ?? []).map((warning) => `warning  ${warning}`),
  ]
  const head = facts.filter((line) => line !== undefined).join('\n')
  return { status: 200, type: 'text/plain; charset=utf-8', body: `${head}\n\n${log}` }
}
