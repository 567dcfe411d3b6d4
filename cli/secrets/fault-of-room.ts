import type { Scope } from '../../contract/secrets/scope.ts'
import { MOST_SECRET_BYTES_TOGETHER, MOST_SECRETS } from '../../contract/secrets/secret-name.ts'
import { ALL_MICROS, type StoredSecret } from '../../contract/store/repository/secrets.ts'
import { formatSize } from '../../contract/text/format-size.ts'

/** What is too much about all secrets of a repository, in words; undefined when every micro can be given its own. */
export function faultOfRoom(all: readonly StoredSecret[], scope: Scope): string | undefined {
  const inScope = all.filter((one) => one.scope === scope)
  const wide = inScope.filter(({ micro }) => micro === ALL_MICROS)
  for (const micro of new Set(inScope.map((one) => one.micro))) {
    const own = micro === ALL_MICROS ? [] : inScope.filter((one) => one.micro === micro)
    const reaching = [...wide, ...own]
    if (reaching.length > MOST_SECRETS)
      return `it would have ${reaching.length} secrets, ${MOST_SECRETS} are the most for one micro.`
    const bytes = reaching.reduce((sum, { name, secret }) => sum + name.length + secret.bytes, 0)
    if (bytes > MOST_SECRET_BYTES_TOGETHER)
      return `all its secrets together would have ${formatSize(bytes)}, ${formatSize(MOST_SECRET_BYTES_TOGETHER)} are the most for one micro.`
  }
  return undefined
}
