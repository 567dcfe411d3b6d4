import type { Secret } from './secret.ts'

/**
 * Installation tokens come as 40 characters or, since 2026, as some 520 with dots and dashes; the other kinds (`ghp_`, `gho_`, `ghu_`,
 * `ghr_`) never reach us, but cost nothing to cover.
 */
const TOKEN = /\bgh[sopur]_[A-Za-z0-9._-]+/g
/** App JWTs, which are as good as the key for ten minutes. */
const JWT = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g

/** A function that takes every token, key and given secret out of a text, also those that are added to the list later. */
export function createRedactor(secrets: readonly Secret[]): (text: string) => string {
  let known = 0
  let values: string[] = []
  return (text) => {
    if (known !== secrets.length) {
      known = secrets.length
      values = secrets.flatMap((secret) => writtenForms(secret.reveal())).toSorted((a, b) => b.length - a.length)
    }
    let clean = text.replace(KEY, '[key]').replace(TOKEN, '[token]').replace(JWT, '[token]')
    for (const value of values) clean = clean.replaceAll(value, '[secret]')
    return clean
  }
}

/** As it is, and as it stands inside a JSON string. */
function writtenForms(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1)
  return [...new Set([value, inJson])].filter((form) => form !== '')
}
