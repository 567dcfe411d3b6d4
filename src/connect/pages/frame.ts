import { escapeHtml } from '../../../web/escape.ts'
import { page } from '../../../web/page.ts'
import { POLICY, type Page } from '../../http/respond.ts'
import type { Finding } from '../address/judge.ts'
import type { Fault } from '../diagnosis/find-faults.ts'

interface Frame {
  readonly title: string
  readonly body: string
  readonly status?: number
  /** The page looks again by itself, also without scripts. */
  readonly refreshSeconds?: number | undefined
}

/**
 * A page of the way to GitHub. Its forms lead to the bot and to a GitHub, whose own sign-in may lead on to another host (a form's policy
 * holds for redirects too). A browser tells the bot's own pages where it comes from, and nobody else: `no-referrer` would
 * make the `Origin` of its forms `null`.
 */
export function setupPage({ title, body, status = 200, refreshSeconds }: Frame): Page {
  const head = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">\n`
  return {
    status,
    type: 'text/html; charset=utf-8',
    body: page({ title, body, head, style: STYLE }),
    headers: {
      'content-security-policy': `${POLICY}; form-action 'self' http: https:`,
      'referrer-policy': 'same-origin',
    },
  }
}

/** Where in the way a page is. */
export function steps(now: 1 | 2 | 3): string {
  const names = ['Address', 'App on GitHub', 'First push']
  const items = names.map((name, index) => {
    const state = index + 1 < now ? 'done' : index + 1 === now ? 'now' : 'later'
    const mark = state === 'done' ? '✓' : String(index + 1)
    return `<li class="${state}"${state === 'now' ? ' aria-current="step"' : ''}><b>${mark}</b>${name}</li>`
  })
  return `<ol class="steps">${items.join('')}</ol>`
}

export function findingNotes(findings: readonly Finding[]): string {
  return findings.map(({ level, words }) => `<p class="note ${level}">${escapeHtml(words)}</p>`).join('\n')
}

export function faultNotes(faults: readonly Fault[]): string {
  return faults.map(faultNote).join('\n')
}

function faultNote({ title, advice, url, label }: Fault): string {
  const plain = label === undefined ? ' plain' : ''
  const text = escapeHtml(label ?? 'Open it on GitHub')
  const link = url === undefined ? '' : `<p><a class="button${plain}" href="${escapeHtml(url)}">${text}</a></p>`
  return `<div class="note warn"><p><b>${escapeHtml(title)}</b></p><p>${escapeHtml(advice)}</p>${link}</div>`
}

const STYLE = `
.steps{display:flex;flex-wrap:wrap;gap:.375rem 1.25rem;list-style:none;padding:0;margin:.25rem 0 1.5rem;font-size:.875rem;color:var(--soft)}
.steps li{display:flex;align-items:center;gap:.5rem}
.steps b{display:inline-grid;place-items:center;width:1.5rem;height:1.5rem;border-radius:50%;border:1px solid var(--line);font-size:.75rem}
.steps .now{color:var(--ink);font-weight:600}.steps .now b{background:var(--accent);border-color:var(--accent);color:var(--card)}
.steps .done b{color:var(--good);border-color:currentColor}
form>div,fieldset{margin-bottom:1.25rem}
fieldset{border:0;padding:0}legend{font-weight:600;padding:0;margin-bottom:.25rem}
fieldset label{font-weight:400;display:flex;align-items:baseline;gap:.5rem}
fieldset input[type=text]{margin-top:.375rem}
.hint{color:var(--soft);font-size:.875rem;margin:.25rem 0 0}
.state{list-style:none;padding:0;margin:0 0 1rem}
.state li{display:flex;gap:.75rem;padding:.375rem 0}
.state li>b:first-child{flex:none;width:1.25rem;text-align:center}
.state .wait>b:first-child{color:var(--soft)}.state .ok>b:first-child{color:var(--good)}
.deliveries td{white-space:nowrap}
@media(max-width:36rem){.guid{display:none}}
.note p{margin-bottom:.25rem}.note .button{margin-top:.375rem}
`.trim()
