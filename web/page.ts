import { escapeHtml } from './escape.ts'
import { pageStyle } from './page-style.ts'

export interface PageFrame {
  /** Text; it is escaped here. */
  readonly title: string
  /** HTML of what is in `<main>`: all that came from elsewhere has gone through `escapeHtml`. */
  readonly body: string
  /** CSS of this page alone. */
  readonly style?: string
  /** Colour of the small square that stands for the page in a browser's tab. */
  readonly icon?: string
  /** HTML in `<head>`. */
  readonly head?: string
  /** A script in the page, whose hash its Content-Security-Policy has to name: `scriptHash` of policy.ts. */
  readonly script?: string
}

const ICON = '#3b5bdb'

/** One whole page in the look of the bot: nothing in it is loaded from anywhere. */
export function page({ title, body, style = '', icon = ICON, head = '', script }: PageFrame): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${iconAddress(icon)}">
${head}<style>${pageStyle}${style}</style>
</head>
<body>
<header class="brand"><a href="/"><i></i>micropush</a></header>
<main>
${body}
</main>
${script === undefined ? '' : `<script>${script}</script>\n`}</body>
</html>
`
}

/** A square of one colour as an address that holds the picture itself. */
export function iconAddress(colour: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colour}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
