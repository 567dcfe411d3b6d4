import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { kindInWords, type Value } from '../document/tree.ts'

/** All names and values of one micro together; execve has room for more, and a config file needs less. */
export const MOST_ENV_BYTES = 64 * 1024

export const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** What micropush itself sets in a sandbox, and what would break its loaders. */
export const RESERVED_ENV =
  /^(?:PORT|PATH|MICRO_.*|DETA_.*|NODE_PATH|PYTHONPATH|PYTHONHOME|LD_PRELOAD|LD_AUDIT|__proto__)$/

const SECRET_NAME = /(?:^|_)(?:KEY|APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i
const SECRET_VALUE = /-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^\s/:@]*:[^\s/@]+@/

/**
 * Environment variables as text. Numbers and booleans are taken as they are written in the file, so `1.10` stays `1.10`.
 * `null` is an empty group, for files in which every line of it is commented out.
 */
export function readEnv(value: Value | undefined, findings: Findings): ReadonlyMap<string, string> {
  const env = new Map<string, string>()
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return env
  if (value.kind !== 'mapping') {
    findings.error(value, `env: must be names with values, not ${kindInWords(value)}; write "NAME: value", one a line`)
    return env
  }
  for (const [name, one] of value.entries) {
    const fault = faultOfName(name)
    const text = fault === undefined ? readValue(name, one, findings) : undefined
    if (fault !== undefined) findings.error(one, `env: ${quote(name)} ${fault}`)
    if (text !== undefined) env.set(name, text)
  }
  return env
}

function readValue(name: string, value: Value, findings: Findings): string | undefined {
  switch (value.kind) {
    case 'text': {
      const fault = faultOfValue(value.text)
      if (fault !== undefined) {
        findings.error(value, `env.${name}: ${fault}`)
        return undefined
      }
      warnOfSecret(name, value, findings)
      return value.text
    }
    case 'number':
    case 'boolean':
      return value.text
    case 'nothing':
      findings.error(value, `env.${name}: has no value; write "" for an empty one`)
      return undefined
    case 'list':
    case 'mapping':
      findings.error(value, `env.${name}: must be text, a number, true or false, not ${kindInWords(value)}`)
      return undefined
    case 'foreign':
      return undefined
  }
}

function faultOfName(name: string): string | undefined {
  if (RESERVED_ENV.test(name)) {
    return name === '__proto__' ? 'cannot be the name of a variable' : 'is set by micropush; choose another name'
  }
  if (!ENV_NAME.test(name)) return 'cannot be the name of a variable; use letters, digits and "_", not a digit first'
  return name.length > 255 ? 'is too long for a name' : undefined
}

function faultOfValue(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character, which no environment can carry'
  if (!text.isWellFormed()) return 'holds half of a surrogate pair, which is no character'
  return undefined
}

function warnOfSecret(name: string, value: Value & { readonly kind: 'text' }, findings: Findings): void {
  if (value.text === '' || /PUBLI(?:C|SHABLE)/i.test(name)) return
  if (!SECRET_NAME.test(name) && !SECRET_VALUE.test(value.text)) return
  findings.warn(value, `env.${name} looks like a secret, and everybody who can read the repository can read it here`)
}
