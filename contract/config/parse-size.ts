/** Binary, as everywhere here: a MB is 1024 × 1024 bytes, and so is a MiB. */
const unitsBytes: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
])

/**
 * `512MB`, `1 GiB`, `5.5M`; a bare number is bytes.
 *
 * @returns whole bytes, or undefined when the text is no size.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?(?:(b)|(?:([kmgt])i?b?))?$/i.exec(text.trim())
  const unit = unitsBytes.get((match?.[2] ?? match?.[3] ?? '').toLowerCase())
  if (match?.[1] === undefined || unit === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes as they are written in a config: `512MB`, `5.5MB`, `100 bytes`. For reading, rounded, there is `formatSize`. */
export function writeSize(bytes: number): string {
  for (const [unit, factor] of [
    ['GB', 1024 ** 3],
    ['MB', 1024 ** 2],
    ['KB', 1024],
  ] as const) {
    if (bytes >= factor) return `${Number((bytes / factor).toFixed(2))}${unit}`
  }
  return `${bytes} bytes`
}
