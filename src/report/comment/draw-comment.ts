import { isPending } from '../../../contract/deployment.ts'
import { code } from '../../github/markdown/code.ts'
import { projectStatus } from '../status/project-status.ts'
import { hasEnded, type Row } from './rows.ts'

/** Stands in every comment of ours, where only programs see it. */
export const MARKER = '<!-- micropush: previews -->'

/** GitHub takes 65,536 characters; more rows than that leaves room for cannot be. */
const MOST_WORDS_CHARACTERS = 300
const MOST_NAMES = 50

/**
 * The comment on a pull request: how each of its previews stands. Whatever strangers can name stands in code, where it makes no link and
 * mentions nobody.
 */
export function drawComment(rows: readonly Row[], botUrl: string): string {
  const head = hasEnded(rows) ? 'The previews of this pull request have **ended**.' : 'Previews of this pull request:'
  const table = ['| Micro | Link | State | Commit | Updated (UTC) | Log |', '|---|---|---|---|---|---|']
  const lines = rows.map((row) => drawRow(row, botUrl))
  const notes = [howToApprove(rows), withheldNames(rows)].filter((note) => note !== undefined)
  return [MARKER, head, '', ...table, ...lines, ...notes.flatMap((note) => ['', note]), ''].join('\n')
}

function drawRow({ micro, deployment, url }: Row, botUrl: string): string {
  const { id, sha, stateSinceMs } = deployment
  const cells = [
    micro,
    url === undefined ? '–' : `[Open](${url})`,
    drawState(deployment),
    `\`${sha.slice(0, 7)}\``,
    new Date(stateSinceMs).toISOString().slice(0, 16).replace('T', ' '),
    `[Log](${botUrl}/d/${id})`,
  ]
  return `| ${cells.join(' | ')} |`
}

function drawState(deployment: Row['deployment']): string {
  const { state, outcome } = deployment
  const words = (text: string) => code(text.slice(0, MOST_WORDS_CHARACTERS))
  switch (state) {
    case 'live':
      return '✅ Live'
    case 'failed':
      return `❌ Failed: ${words(outcome.error?.message ?? 'the log says why')}`
    case 'held':
      return '✋ Waits for approval'
    case 'skipped':
      return `➖ ${words(projectStatus(deployment, '').description)}`
    case 'destroyed':
    case 'cancelled':
      return outcome.ended === undefined ? 'Ended' : words(outcome.ended.words)
    case 'superseded':
      return words(projectStatus(deployment, '').description)
    case 'queued':
    case 'fetching':
    case 'building':
    case 'starting':
      return isPending(state) && state === 'queued' ? '⏳ Queued' : '⏳ Building'
  }
}

function howToApprove(rows: readonly Row[]): string | undefined {
  const sha = rows.find(({ deployment }) => deployment.state === 'held')?.deployment.sha
  if (sha === undefined) return undefined
  return `This pull request comes from a fork. Somebody with write access who has read its changes deploys \`${sha.slice(0, 7)}\`, and no other commit, by a comment that says \`/deploy\`, or by the button **Approve** of its check.`
}

function withheldNames(rows: readonly Row[]): string | undefined {
  const waiting = rows.filter(({ deployment: { state, target } }) => {
    return state === 'held' || (target.kind === 'preview' && target.secrets === 'none')
  })
  const names = [...new Set(waiting.flatMap(({ deployment }) => deployment.withheld ?? []))]
  if (names.length === 0) return undefined
  const shown = names.slice(0, MOST_NAMES).map((name) => code(name.slice(0, 100)))
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  return `Withheld secrets: ${shown.join(', ')}${more}`
}
