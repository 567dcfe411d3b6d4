import { randomBytes } from 'node:crypto'

/** What proves that an address leads to this very process: a question that only it can answer, once. */
export interface Echo {
  expect(): { readonly nonce: string; readonly answer: string; readonly forget: () => void }
  /** Undefined for what was never asked. */
  answer(nonce: string): string | undefined
}

export function createEcho(): Echo {
  const expected = new Map<string, string>()
  return {
    expect() {
      const nonce = randomBytes(16).toString('hex')
      const answer = `micropush ${randomBytes(16).toString('hex')}`
      expected.set(nonce, answer)
      return { nonce, answer, forget: () => void expected.delete(nonce) }
    },
    answer: (nonce) => expected.get(nonce),
  }
}
