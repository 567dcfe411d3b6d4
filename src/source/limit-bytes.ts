import { MicropushError } from '../../contract/errors.ts'

/** A pipeline step that passes bytes on and throws `source-too-large` at the first one past the limit. */
export function limitBytes(most: number): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (source) {
    let passed = 0
    for await (const chunk of source) {
      passed += chunk.byteLength
      if (passed > most) throw new MicropushError('source-too-large', 'The archive of the commit is too large.')
      yield chunk
    }
  }
}
