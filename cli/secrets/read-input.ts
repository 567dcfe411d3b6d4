import { Refusal } from '../refusal.ts'

/**
 * All of standard input as text.
 *
 * @returns undefined when the signal aborts.
 * @throws Refusal when it is no UTF-8, or longer than `mostBytes`.
 */
export async function readInput(mostBytes: number, signal: AbortSignal): Promise<string | undefined> {
  const { stdin } = process
  const chunks: Buffer[] = []
  let bytes = 0
  const leave = () => stdin.destroy()
  signal.addEventListener('abort', leave)
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > mostBytes)
        throw new Refusal(`Standard input is longer than ${mostBytes} bytes, the most that is taken.`)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', leave)
  }
  return signal.aborted ? undefined : decode(Buffer.concat(chunks))
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Refusal('Standard input is not UTF-8 text; encode it, in base64 for instance.', { cause })
  }
}
