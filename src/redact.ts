import { redactTokens } from '../contract/text/redact-tokens.ts'
import type { Secret } from './secret.ts'

/** A function that takes every token, key and given secret out of a text, also those that are added to the list later. */
export function createRedactor(secrets: readonly Secret[]): (text: string) => string {
  let known = 0
  let values: string[] = []
  return (text) => {
    if (known !== secrets.length) {
      known = secrets.length
      values = secrets.flatMap((secret) => writtenForms(secret.reveal())).toSorted((a, b) => b.length - a.length)
    }
    let clean = redactTokens(text)
    for (const value of values) clean = clean.replaceAll(value, '[secret]')
    return clean
  }
}

/** As it is, and as it stands inside a JSON string. */
function writtenForms(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1)
  return [...new Set([value, inJson])].filter((form) => form !== '')
}
