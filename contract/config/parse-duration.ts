const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

const unitsMs: ReadonlyMap<string, number> = new Map([
  ['', 1000],
  ['ms', 1],
  ['s', 1000],
  ['sec', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', HOUR_MS],
  ['d', DAY_MS],
])

/**
 * `10s`, `500ms`, `1.5 s`, `1m`, `12h`, `7d`; a bare number is seconds.
 *
 * @returns whole milliseconds, or undefined when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?([a-z]*)$/i.exec(text.trim())
  const unitMs = unitsMs.get(match?.[2]?.toLowerCase() ?? '?')
  if (match?.[1] === undefined || unitMs === undefined) return undefined
  return Math.round(Number(match[1]) * unitMs)
}

/** Milliseconds as they are written in a config: `7d`, `12h`, `10s`, `1.5s`, `500ms`. */
export function writeDuration(ms: number): string {
  if (ms > 0 && ms % DAY_MS === 0) return `${ms / DAY_MS}d`
  if (ms > 0 && ms % HOUR_MS === 0) return `${ms / HOUR_MS}h`
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(3))}s` : `${ms}ms`
}
