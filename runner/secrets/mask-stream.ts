import { redactTokens } from '../../contract/text/redact-tokens.ts'
import type { Mask } from './mask.ts'

/** The most of a line without end that is held back. */
const MOST_HELD = 64 * 1024
/** No token and hardly a secret is longer. */
const LONGEST_SECRET = 8 * 1024
/** A private key that is not at its end after this is none. */
const LONGEST_KEY = 16 * 1024

const KEY_END = /-----END [A-Z ]*PRIVATE KEY-----/
const KEY_BEGIN = /-----BEGIN [A-Z ]*PRIVATE KEY-----/g

/** Output on its way, from which secrets are taken out also where they are cut by the pieces that it comes in. */
export interface MaskStream {
  /** Takes what came, and gives what can be told: all lines that are complete. */
  write(text: string): string
  /** Whether something is held back. */
  readonly isHolding: boolean
  /** What is held back, because nothing more comes, or not for a while. */
  release(): string
}

/** @param mask hides what is known to be secret; GitHub's tokens, App JWTs and private keys are hidden whatever it says. */
export function createMaskStream(mask: Mask): MaskStream {
  const inKey = createKeyFilter()
  let held = ''
  const hide = (text: string) => inKey((shown) => redactTokens(mask(shown)), text)
  return {
    write(text) {
      held += text
      const end = Math.max(held.lastIndexOf('\n'), held.lastIndexOf('\r')) + 1
      const cut = held.length - end > MOST_HELD ? cutOf(held, mask) : end
      const told = held.slice(0, cut)
      held = held.slice(cut)
      return hide(told)
    },
    get isHolding() {
      return held !== ''
    },
    release() {
      const told = held
      held = ''
      return hide(told)
    },
  }
}

/** Where a line that is too long to be held is cut: in front of all that may be the beginning of a secret, and through none. */
function cutOf(line: string, mask: Mask): number {
  const hide = (text: string) => redactTokens(mask(text))
  const whole = hide(line)
  const last = line.length - LONGEST_SECRET
  for (let cut = last; cut > last - MOST_HELD / 2; cut -= LONGEST_SECRET / 2) {
    if (hide(line.slice(0, cut)) + hide(line.slice(cut)) === whole) return cut
  }
  return last
}

/** A private key has many lines: from its first one on all are left out, to its last one. */
function createKeyFilter(): (hide: (text: string) => string, text: string) => string {
  /** Characters of the key that is under way. */
  let taken: number | undefined
  return (hide, text) => {
    let rest = text
    if (taken !== undefined) {
      const end = KEY_END.exec(rest)
      taken += rest.length
      if (end === null && taken < LONGEST_KEY) return ''
      taken = undefined
      if (end !== null) rest = rest.slice(end.index + end[0].length)
    }
    const begin = [...rest.matchAll(KEY_BEGIN)].at(-1)
    if (begin !== undefined && !KEY_END.test(rest.slice(begin.index))) taken = rest.length - begin.index
    return hide(rest)
  }
}
