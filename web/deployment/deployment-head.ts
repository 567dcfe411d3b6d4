import { escapeHtml } from '../escape.ts'

/** What a page says of a deployment; every text is plain, and escaped here. */
export interface DeploymentView {
  readonly micro: string
  readonly tone: 'good' | 'bad' | 'busy' | 'soft'
  /** `Building`, and what happens at the moment. */
  readonly state: string
  readonly detail: string | undefined
  /** How long this has been so, in ms; absent when it will stay so. */
  readonly sinceMs: number | undefined
  /** Repository, branch, commit, pull request, in this order. */
  readonly places: readonly Place[]
  readonly endpoint: string | undefined
  readonly error: { readonly message: string; readonly advice: string } | undefined
  readonly notes: readonly Place[]
  readonly warnings: readonly string[]
  /** Facts and times of the stages: `build`, `2.1 s`. */
  readonly facts: readonly (readonly [name: string, value: string])[]
}

/** Words, and where they lead. */
export interface Place {
  readonly text: string
  readonly href?: string | undefined
}

/** The upper part of the page, between its heading and its log. */
export function deploymentHead(view: DeploymentView): string {
  return [
    `<p class="where">${view.places.map((place) => `<span>${link(place)}</span>`).join('')}</p>`,
    view.endpoint === undefined ? '' : `<p class="go">${link({ text: view.endpoint, href: view.endpoint })}</p>`,
    view.error === undefined ? '' : errorNote(view.error),
    ...view.notes.map((note) => `<div class="note"><p>${link(note)}</p></div>`),
    ...view.warnings.map((warning) => `<div class="note warn"><p>${escapeHtml(warning)}</p></div>`),
    view.facts.length === 0 ? '' : `<ul class="steps">${view.facts.map(fact).join('')}</ul>`,
  ].join('\n')
}

/** The line above the log. */
export function stateLine({ tone, state, detail, sinceMs }: DeploymentView): string {
  const since = sinceMs === undefined ? '' : ` <span class="soft" data-ms="${Math.max(0, Math.round(sinceMs))}"></span>`
  const words = detail === undefined ? '' : ` <span class="soft">· ${escapeHtml(detail)}</span>`
  return `<i class="dot ${tone}"></i><b>${escapeHtml(state)}</b>${words}${since}`
}

const colours = { good: '#2b9a5b', bad: '#d6455d', busy: '#e0a021', soft: '#8d94a4' } as const

/** The colour of the page's icon. */
export function iconColour({ tone }: DeploymentView): string {
  return colours[tone]
}

function errorNote({ message, advice }: { readonly message: string; readonly advice: string }): string {
  return `<div class="note bad"><p>${escapeHtml(message)}</p><p class="soft">${escapeHtml(advice)}</p></div>`
}

function fact([name, value]: readonly [string, string]): string {
  return `<li>${escapeHtml(name)} <b>${escapeHtml(value)}</b></li>`
}

/** Only addresses of the web lead anywhere. */
function link({ text, href }: Place): string {
  if (href === undefined || !/^https?:\/\//.test(href)) return escapeHtml(text)
  return `<a href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text)}</a>`
}
