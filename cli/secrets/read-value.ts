import { MOST_SECRET_BYTES } from '../../contract/secrets/secret-name.ts'
import { askHidden } from './ask-hidden.ts'
import { readInput } from './read-input.ts'

/**
 * A value from whoever sits at the terminal, not shown while it is typed; else all of standard input, without the one line end that `echo`
 * and editors put behind it.
 *
 * @returns undefined when the person leaves instead.
 * @throws Refusal when it is no text or too long.
 */
export async function readValue(prompt: string, signal: AbortSignal): Promise<string | undefined> {
  if (process.stdin.isTTY) return askHidden(process.stdin, prompt, signal)
  const text = await readInput(MOST_SECRET_BYTES + '\r\n'.length, signal)
  return text?.replace(/\r?\n$/, '')
}
