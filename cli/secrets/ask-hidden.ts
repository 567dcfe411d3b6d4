import type { ReadStream } from 'node:tty'

/** A terminal marks what is pasted (xterm's control sequences, "bracketed paste mode"): lines in it do not end the value, nor reach the shell. */
const BEGIN_PASTES = '\u001B[?2004h'
const END_PASTES = '\u001B[?2004l'
const PASTE_BEGINS = '\u001B[200~'
const PASTE_ENDS = '\u001B[201~'

/**
 * Asks for a value at a terminal that shows nothing of it. Backspace and Ctrl-U work, Enter ends it.
 *
 * @returns undefined when the person leaves, with Ctrl-C or Ctrl-D, or the signal aborts.
 */
export async function askHidden(
  terminal: ReadStream,
  prompt: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  let input = ''
  const onData = (chunk: string) => {
    input += chunk
    const read = readKeys(input)
    if (read.kind === 'value') resolve(read.value)
    if (read.kind === 'left') resolve(undefined)
  }
  const onAbort = () => resolve(undefined)
  process.stderr.write(prompt + BEGIN_PASTES)
  terminal.setRawMode(true).setEncoding('utf8').on('data', onData).resume()
  signal.addEventListener('abort', onAbort)
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
    terminal.off('data', onData).setRawMode(false).pause()
    process.stderr.write(`${END_PASTES}\n`)
  }
}

type Read = { readonly kind: 'value'; readonly value: string } | { readonly kind: 'left' } | { readonly kind: 'more' }

/** What all keys so far come to. */
export function readKeys(input: string): Read {
  const value: string[] = []
  let pasting = false
  // oxlint-disable-next-line no-control-regex -- keys are control characters
  for (const [key] of input.matchAll(/\u001B\[[\d;]*[~A-Za-z]|[\s\S]/gu)) {
    if (key === PASTE_BEGINS || key === PASTE_ENDS) pasting = key === PASTE_BEGINS
    else if (pasting) value.push(key === '\r' ? '\n' : key)
    else if (key === '\r' || key === '\n') return { kind: 'value', value: value.join('') }
    else if (key === '\u0003' || key === '\u0004') return { kind: 'left' }
    else if (key === '\u007F' || key === '\b') value.pop()
    else if (key === '\u0015') value.length = 0
    else if (!key.startsWith('\u001B')) value.push(key)
  }
  return { kind: 'more' }
}
