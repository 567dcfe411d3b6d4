import { escapeHtml } from '../../../web/escape.ts'
import type { Page } from '../../http/respond.ts'
import type { Facts } from '../diagnosis/facts.ts'
import type { Fault } from '../diagnosis/find-faults.ts'
import type { Sightings } from '../sightings.ts'
import { faultNotes, setupPage, steps } from './frame.ts'

/** How often the page looks again while something is awaited. */
const REFRESH_SECONDS = 3

export interface Standing {
  readonly app: { readonly name: string; readonly url: string | undefined; readonly isFromEnvironment: boolean }
  readonly facts: Facts
  readonly faults: readonly Fault[]
  readonly seen: ReturnType<Sightings['list']>
  /** Something with a wrong signature came, in milliseconds since 1970. */
  readonly refusedAtMs: number | undefined
}

/** The third step, and later how things stand: waits for the installation and the first delivery, and names what is wrong. */
export function standingPage(standing: Standing): Page {
  const { app, facts, faults, seen } = standing
  const hasPush = seen.some(({ event, status }) => event === 'push' && status < 300)
  const name =
    app.url === undefined ? escapeHtml(app.name) : `<a href="${escapeHtml(app.url)}">${escapeHtml(app.name)}</a>`
  const body = `<h1>${heading(standing, hasPush)}</h1>
${steps(3)}
<ul class="state">
<li class="ok"><b>✓</b><span>The App ${name} is connected${app.isFromEnvironment ? ', by the credentials in the environment' : ''}.</span></li>
${installationItem(facts)}
${deliveryItem(standing)}
</ul>
${faultNotes(faults)}
${deliveryTable(seen)}<h2>What to push</h2>
<p>A repository that the App may see, with a file <code>micro.yml</code> in its root that says <code>v: 1</code>, and an app beside it. The commit then gets a status
whose link is the live micro.</p>
${hasPush ? '' : '<p class="hint">This page looks again every few seconds.</p>'}`
  return setupPage({
    title: 'Connected to GitHub',
    body,
    refreshSeconds: hasPush && faults.length === 0 ? undefined : REFRESH_SECONDS,
  })
}

function heading({ facts, seen }: Standing, hasPush: boolean): string {
  if (hasPush) return 'Pushes arrive'
  if (seen.some(({ status }) => status < 300)) return 'GitHub reaches this bot'
  if (facts.kind === 'known' && facts.github.installations.length === 0) return 'Install the App'
  return 'Waiting for the first delivery'
}

function installationItem(facts: Facts): string {
  if (facts.kind !== 'known')
    return '<li class="wait"><b>…</b><span>Installations are not known, because GitHub could not be asked.</span></li>'
  const { installations } = facts.github
  if (installations.length === 0)
    return '<li class="wait"><b>…</b><span>Waiting for the first installation.</span></li>'
  const names = installations.map(({ account, repositories }) => {
    const count =
      repositories === undefined ? '' : ` (${repositories === 1 ? '1 repository' : `${repositories} repositories`})`
    return `<b>${escapeHtml(account)}</b>${count}`
  })
  return `<li class="ok"><b>✓</b><span>Installed on ${names.join(', ')}.</span></li>`
}

function deliveryItem({ seen, refusedAtMs }: Standing): string {
  const push = seen.find(({ event, status }) => event === 'push' && status < 300)
  if (push !== undefined) return `<li class="ok"><b>✓</b><span>A push arrived ${time(push.atMs)}.</span></li>`
  const any = seen.find(({ status }) => status < 300)
  if (any !== undefined) {
    return `<li class="ok"><b>✓</b><span>A delivery arrived ${time(any.atMs)} (${escapeHtml(any.event)}). Now push something.</span></li>`
  }
  const refused = refusedAtMs === undefined ? '' : ` Something came ${time(refusedAtMs)} whose signature did not fit.`
  return `<li class="wait"><b>…</b><span>Waiting for the first delivery.${refused}</span></li>`
}

function deliveryTable(seen: Standing['seen']): string {
  if (seen.length === 0) return ''
  const rows = seen
    .slice(0, 8)
    .map(
      ({ event, status, atMs, guid }) =>
        `<tr><td>${clock(atMs)}</td><td>${escapeHtml(event)}</td><td class="${status < 300 ? 'good' : 'bad'}">${status}</td><td class="guid soft"><code>${escapeHtml(guid)}</code></td></tr>`,
    )
  return `<h2>Deliveries since the bot was started, in UTC</h2><table class="deliveries">${rows.join('')}</table>\n`
}

function time(atMs: number): string {
  return `at ${clock(atMs)} UTC`
}

function clock(atMs: number): string {
  const iso = new Date(atMs).toISOString()
  return `<time datetime="${iso}">${iso.slice(11, 19)}</time>`
}

/** Where GitHub leads whoever installed the App: also people who do not run this machine. */
export function installedPage(): Page {
  const body = `<h1>Installed</h1>
<p>Commit a file <code>micro.yml</code> that says <code>v: 1</code> to the root of a repository that you chose, and push: the commit gets a status whose link is the
live micro.</p>
<p><a class="button plain" href="/setup">How the bot stands</a></p>`
  return setupPage({ title: 'micropush is installed', body })
}
