import type { CommitStatus } from '../state/statuses.ts'
import type { DeliveryResult } from '../state/deliveries.ts'

/** The line that a commit status becomes for the person who pushed. */
export function statusLine({ context, state, description, targetUrl }: CommitStatus): string {
  const name = plain(context.slice(context.indexOf('/') + 1))
  const text = plain(description ?? '')
  const link = targetUrl === null ? '' : plain(targetUrl)
  switch (state) {
    case 'pending':
      return `${name}: ${text || 'waiting'}`
    case 'success':
      // What was skipped has a status of success too, so that it blocks no merge.
      if (link === '' || !/^(?:Live|$)/.test(text))
        return `${name}: ${text || 'done'}${link === '' ? '' : ` - ${link}`}`
      return `${name} is live at ${link}${text === '' ? '' : ` (${text})`}`
    case 'failure':
      return `${name} failed: ${text || 'no reason was given'}${link === '' ? '' : ` - ${link}`}`
    case 'error':
      return `${name} was not deployed: ${text || 'no reason was given'}${link === '' ? '' : ` - ${link}`}`
  }
}

/** Why a delivery failed, and that nothing is lost; undefined when it did not fail. */
export function deliveryLine(result: DeliveryResult): string | undefined {
  if (result.status === 'OK') return undefined
  return `micropush could not be told of this push (${result.status}). It stays recorded and will be sent again.`
}

export function stillWorkingLine(followMs: number): string {
  const minutes = Math.round(followMs / 60_000)
  return `Still at work after ${minutes} minutes. It goes on without this terminal; the commit status has the outcome.`
}

export const STOPPING_LINE = 'The forge is stopping. What was pushed is kept; the commit status has the outcome.'

// Colours and cursor moves: ECMA-48, section 5.4.
const ESCAPES = new RegExp(`${String.fromCodePoint(27)}\\[[0-?]*[ -/]*[@-~]`, 'g')

/** One line without control characters: what a micro's build printed must not steer a terminal. */
function plain(text: string): string {
  return text
    .replaceAll(ESCAPES, '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
}
