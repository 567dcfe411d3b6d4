import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { escapeHtml } from '../escape.ts'
import { logRows, ROWS_IN_BLOCK } from '../log/log-rows.ts'
import { logStyle } from '../log/log-style.ts'
import { page } from '../page.ts'
import { deploymentHead, iconColour, stateLine, type DeploymentView } from './deployment-head.ts'
import { deploymentStyle } from './deployment-style.ts'

/** For those who have JavaScript switched off. */
const REFRESH_SECONDS = 5

interface LogView {
  /** HTML of each complete row, from the row `first` on. */
  readonly rows: readonly string[]
  readonly first: number
  /** HTML of the row that is under way. */
  readonly tail: string
  /** Where the complete rows end, in bytes: the events go on from there. */
  readonly endByte: number
}

export interface DeploymentPage {
  readonly id: string
  readonly view: DeploymentView
  readonly log: LogView
  /** Whether more is to come. */
  readonly isLive: boolean
  /** The most rows that are shown; older ones are left out. */
  readonly mostRows: number
}

/** The script of the page; its hash stands in the page's policy. */
export const liveScript = readFileSync(join(import.meta.dirname, 'live.js'), 'utf8')

/** A deployment and its log: whole without JavaScript, and followed live with it. */
export function deploymentPage(deployment: DeploymentPage): string {
  const { view, isLive } = deployment
  const refresh = `<noscript><meta http-equiv="refresh" content="${REFRESH_SECONDS}"></noscript>\n`
  return page({
    title: pageTitle(view),
    icon: iconColour(view),
    style: `${deploymentStyle}${logStyle}`,
    head: isLive ? refresh : '',
    body: body(deployment),
    script: liveScript,
  })
}

/** `Building · hello` */
export function pageTitle({ state, micro }: DeploymentView): string {
  return `${state} · ${micro}`
}

function body({ id, view, log, isLive, mostRows }: DeploymentPage): string {
  // Beside the page, wherever a proxy has put that.
  const text = `${escapeHtml(id)}.txt`
  const data = [
    ['events', `${escapeHtml(id)}/events`],
    ['text', text],
    ['after', log.endByte],
    ['next', log.first + log.rows.length],
    ['live', isLive ? 'yes' : 'no'],
    ['block-rows', ROWS_IN_BLOCK],
    ['most-rows', mostRows],
  ]
  return `<h1>${escapeHtml(view.micro)}</h1>
<div id="head">${deploymentHead(view)}</div>
<div class="tools">
<span class="state" id="state" role="status">${stateLine(view)}</span>
<button class="plain" id="jump" type="button" hidden>Jump to end</button>
<button class="plain" id="copy" type="button" hidden>Copy</button>
<a class="button plain" href="${text}">Text</a>
</div>
<section class="log" aria-label="Log" ${data.map(([name, value]) => `data-${name}="${value}"`).join(' ')}>
${cutNote(log.first, text)}${rowsOf(log, isLive)}
</section>`
}

function cutNote(first: number, text: string): string {
  if (first === 0) return ''
  return `<p class="none">${first} earlier lines are left out here; <a href="${text}">the text</a> has them all.</p>\n`
}

function rowsOf({ rows, first, tail }: LogView, isLive: boolean): string {
  const all = tail === '' ? rows : [...rows, tail]
  if (all.length > 0) return logRows(all, first)
  return `<p class="none">${isLive ? 'Nothing was said yet.' : 'There is no log.'}</p>`
}
