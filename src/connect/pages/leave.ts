import { escapeHtml } from '../../../web/escape.ts'
import type { Page } from '../../http/respond.ts'
import type { Finding } from '../address/judge.ts'
import { findingNotes, setupPage, steps } from './frame.ts'

interface Leave {
  readonly githubHost: string
  /** GitHub's page that takes the manifest, with the state. */
  readonly action: string
  readonly manifest: {
    readonly name: string
    readonly default_permissions: Readonly<Record<string, string>>
    readonly default_events: readonly string[]
  }
  readonly findings: readonly Finding[]
  readonly owner: string
}

/** The second step: what GitHub will be asked, and the way there. */
export function leavePage({ githubHost, action, manifest, findings, owner }: Leave): Page {
  const isSure = findings.every(({ level }) => level === 'good')
  const rights = Object.entries(manifest.default_permissions).map(
    ([name, level]) => `<tr><th>${escapeHtml(name.replaceAll('_', ' '))}</th><td>${escapeHtml(level)}</td></tr>`,
  )
  const body = `<h1>${isSure ? 'The address works' : 'The address may not work'}</h1>
${steps(2)}
${findingNotes(findings)}
<p>GitHub now makes the App <b>${escapeHtml(manifest.name)}</b> for ${escapeHtml(owner)}. Its page has one button; it sends you back here. If the name is
taken, it says so and lets you choose another.</p>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="manifest" value="${escapeHtml(JSON.stringify(manifest))}">
<button>${isSure ? `Go to ${escapeHtml(githubHost)}` : `Go to ${escapeHtml(githubHost)} all the same`}</button> <a class="button plain" href="/setup">Back</a>
</form>
<h2>What the App may do</h2>
<table>${rows(rights)}</table>
<p class="hint">It is told of: ${escapeHtml(manifest.default_events.join(', ').replaceAll('_', ' '))}. Come back within the hour, with this browser.</p>`
  return setupPage({ title: 'Make the App on GitHub', body })
}

/** When GitHub and the browser did not bring what was expected; `retry` is where to try the same again. */
export function failedPage({ words, retry }: { readonly words: string; readonly retry: string | undefined }): Page {
  const again = retry === undefined ? '' : `<a class="button" href="${escapeHtml(retry)}">Try again</a> `
  const body = `<h1>The App could not be taken into use</h1>
<p class="note bad">${escapeHtml(words)}</p>
<p>${again}<a class="button${retry === undefined ? '' : ' plain'}" href="/setup">Begin again</a></p>`
  return setupPage({ title: 'The App could not be taken into use', body, status: 400 })
}

function rows(list: readonly string[]): string {
  return list.join('')
}
