import { escapeHtml } from '../../web/escape.ts'
import { page } from '../../web/page.ts'
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
  const rows = Object.entries(health.parts).map(([name, state]) => row(name, state, state === 'ok' ? 'good' : 'bad'))
  if (health.sandbox !== undefined) rows.push(row('sandbox', health.sandbox.means, 'soft'))
  const body = `<h1>git push → a live micro</h1>
<p>Install the GitHub App on a repository, commit a <code>micro.yml</code>, and push.</p>
<div class="card">
<p class="${health.ok ? 'good' : 'bad'}"><b>${health.ok ? 'Everything works.' : 'Something does not work at the moment.'}</b></p>
<table>${rows.join('')}</table>
</div>`
  return { status: 200, type: 'text/html; charset=utf-8', body: page({ title: 'micropush', body }) }
}

function row(name: string, state: string, tone: 'good' | 'bad' | 'soft'): string {
  return `<tr><th>${escapeHtml(name)}</th><td class="${tone}">${escapeHtml(state)}</td></tr>`
}
