import { request, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { MicropushError } from '../../contract/errors.ts'

interface OpenInput {
  readonly botSocket: string
  readonly deploymentId: string
  readonly patienceMs?: number
}

const PATIENCE_MS = 60_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 8000
/** A stream that says nothing for this long is given up. */
const SILENCE_MS = 60_000

/**
 * The gzipped tarball of a deployment's commit, from the bot. A bot that restarts, or cannot reach GitHub for a while, is
 * asked again with growing pauses.
 *
 * @throws MicropushError `source-gone` when asking again is of no use, `source-unavailable` when patience has ended
 */
export async function openSource(input: OpenInput, signal: AbortSignal): Promise<IncomingMessage> {
  const deadlineMs = performance.now() + (input.patienceMs ?? PATIENCE_MS)
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const answer = await ask(input, signal)
    if ('stream' in answer) return answer.stream
    if (performance.now() + pauseMs > deadlineMs) {
      throw new MicropushError(
        'source-unavailable',
        'The source of this commit could not be fetched from GitHub for a while. It will be tried again.',
        { cause: answer.reason },
      )
    }
    await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

type Answer = { readonly stream: IncomingMessage } | { readonly reason: unknown }

async function ask(input: OpenInput, signal: AbortSignal): Promise<Answer> {
  const response = await send(input, signal)
  if (response instanceof Error) return { reason: response }
  if (response.statusCode === 200) return { stream: response }
  response.resume()
  if (response.statusCode === 410) {
    throw new MicropushError(
      'source-gone',
      'GitHub does not have this commit any more, or micropush may no longer read the repository. Push again.',
    )
  }
  if (response.statusCode === 404) {
    throw new MicropushError('source-gone', 'This deployment is not known any more. Push again to get a new one.')
  }
  return { reason: new Error(`the bot answered ${response.statusCode}`) }
}

function send(input: OpenInput, signal: AbortSignal): Promise<IncomingMessage | Error> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath: input.botSocket,
      path: `/source/${encodeURIComponent(input.deploymentId)}`,
      signal,
      agent: false,
    })
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error('the source stream fell silent')))
    outgoing.once('response', resolve)
    outgoing.on('error', (error) => {
      if (signal.aborted) reject(signal.reason)
      else resolve(error)
    })
    outgoing.end()
  })
}
