import { escapeHtml } from './escape.ts'
import { faultStyle } from './fault-style.ts'

export interface FaultPage {
  readonly status: number
  readonly title: string
  readonly message: string
  /** What a visitor can do. */
  readonly hint?: string | undefined
  /** What the owner can do. */
  readonly owner?: string | undefined
  /** What to quote when asking for help; absent when the request was too broken to get one. */
  readonly requestId?: string | undefined
  /** The host the visitor asked for. */
  readonly host?: string | undefined
}

/** One self-contained page: no script, nothing loaded, readable without its style. */
export function faultPage(page: FaultPage): string {
  const title = escapeHtml(page.title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${faultStyle}</style>
</head>
<body>
<main class="s${Math.floor(page.status / 100)}">
<p class="status"><b>${page.status}</b>${page.host === undefined ? '' : `<span>${escapeHtml(page.host)}</span>`}</p>
<h1>${title}</h1>
<p class="message">${escapeHtml(page.message)}</p>
${paragraph(page.hint)}${aside(page.owner)}${requestLine(page.requestId)}</main>
<footer>Served by <b>micropush</b></footer>
</body>
</html>
`
}

function paragraph(text: string | undefined): string {
  return text === undefined ? '' : `<p>${escapeHtml(text)}</p>\n`
}

function aside(owner: string | undefined): string {
  return owner === undefined ? '' : `<aside><h2>If the micro is yours</h2><p>${escapeHtml(owner)}</p></aside>\n`
}

function requestLine(requestId: string | undefined): string {
  if (requestId === undefined) return ''
  return `<p class="request">Request <code>${escapeHtml(requestId)}</code></p>\n`
}
