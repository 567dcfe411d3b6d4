import { MOST_SECRET_BYTES } from '../../contract/secrets/secret-name.ts'
import { askHidden } from './ask-hidden.ts'
import { Refusal } from '../refusal.ts'

/**
 * A value from whoever sits at the terminal, not shown while it is typed; else all of standard input, without the one line end that `echo`
 * and editors put behind it.
 *
 * @returns undefined when the person leaves instead.
 * @throws Refusal when it is no text or too long.
 */
export async function readValue(prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin } = process
  if (stdin.isTTY) return askHidden(stdin, prompt, signal)
  const chunks: Buffer[] = []
  let bytes = 0
  const leave = () => stdin.destroy()
  signal.addEventListener('abort', leave)
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MOST_SECRET_BYTES + 2)
      throw new Refusal(`The value is longer than ${MOST_SECRET_BYTES} bytes, the most that a secret may have.`)
  }
  signal.removeEventListener('abort', leave)
  if (signal.aborted) return undefined
  return decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Refusal('The value is not UTF-8 text; encode it, in base64 for instance.', { cause })
  }
}
