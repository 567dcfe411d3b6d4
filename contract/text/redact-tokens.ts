/**
 * Installation tokens come as 40 characters or, since 2026, as some 520 with dots and dashes; the other kinds (`ghp_`, `gho_`, `ghu_`,
 * `ghr_`) never reach us, but cost nothing to cover. No word begins in the middle of one: so each character is looked at once.
 */
const TOKEN = /(?<![A-Za-z0-9_])gh[sopur]_[A-Za-z0-9._-]+/g
/** App JWTs, which are as good as the key for ten minutes. */
const JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g
const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g

/** A text without GitHub's tokens, App JWTs and private keys, whoever they belong to. In time that grows with its length alone. */
export function redactTokens(text: string): string {
  return text.replace(KEY, '[key]').replace(TOKEN, '[token]').replace(JWT, '[token]')
}
