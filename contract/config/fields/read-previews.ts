import type { Findings } from '../findings.ts'
import { checkKeys, previewKeys } from '../keys.ts'
import { defaultPreviews, forkModes, type PreviewSettings } from '../previews.ts'
import { nearestKey } from '../nearest-key.ts'
import { quote } from '../quote.ts'
import { kindInWords, type Mapping, type Value } from '../document/tree.ts'
import { readAmount, writeAmount, type Unit } from './read-amount.ts'
import { readLabels } from './read-labels.ts'
import { readSwitch } from './read-switch.ts'

const HOUR_MS = 60 * 60 * 1000

interface Bounds {
  readonly unit: Unit
  readonly least: number
  readonly most: number
  readonly example: string
}

export const previewBounds = {
  ttl: { unit: 'duration', least: HOUR_MS, most: 365 * 24 * HOUR_MS, example: '7d' },
  max: { unit: 'count', least: 1, most: 100, example: '20' },
} as const satisfies Record<string, Bounds>

/** Which pull requests get a preview: a switch, or a group of keys. `null` is an empty group, for files that have all of it commented out. */
export function readPreviews(value: Value | undefined, findings: Findings): PreviewSettings {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return defaultPreviews
  if (value.kind === 'mapping') return readGroup(value, findings)
  const enabled = readSwitch(value)
  if (enabled !== undefined) return { ...defaultPreviews, enabled }
  const said = value.kind === 'text' || value.kind === 'number' ? quote(value.text) : kindInWords(value)
  findings.error(value, `previews: must be on, off, or keys with values such as "ttl: 7d", not ${said}`)
  return defaultPreviews
}

function readGroup(group: Mapping, findings: Findings): PreviewSettings {
  checkKeys(group, previewKeys, findings)
  const get = (key: (typeof previewKeys)[number]) => group.entries.get(key)
  const flag = (key: 'drafts' | 'bots' | 'comment') => readFlag(get(key), { key, findings }) ?? defaultPreviews[key]
  return {
    enabled: true,
    forks: readForks(get('forks'), findings) ?? defaultPreviews.forks,
    drafts: flag('drafts'),
    bots: flag('bots'),
    labels: readLabels(get('labels'), findings),
    ttlMs: readBounded(get('ttl'), { key: 'ttl', findings }) ?? defaultPreviews.ttlMs,
    max: readBounded(get('max'), { key: 'max', findings }) ?? defaultPreviews.max,
    comment: flag('comment'),
  }
}

function readForks(value: Value | undefined, findings: Findings): PreviewSettings['forks'] | undefined {
  if (value === undefined || value.kind === 'foreign') return undefined
  if (readSwitch(value) === false) return 'off'
  const text = value.kind === 'text' ? value.text.trim().toLowerCase() : ''
  const mode = forkModes.find((one) => one === text)
  if (mode !== undefined) return mode
  const near = nearestKey(text, forkModes)
  const said =
    value.kind === 'text' || value.kind === 'boolean' || value.kind === 'number'
      ? quote(value.text)
      : kindInWords(value)
  const advice = near === undefined ? 'write off, approve or no-secrets' : `did you mean "${near}"?`
  findings.error(value, `previews.forks: ${said} is not known; ${advice}`)
  return undefined
}

function readFlag(
  value: Value | undefined,
  { key, findings }: { readonly key: string; readonly findings: Findings },
): boolean | undefined {
  if (value === undefined || value.kind === 'foreign') return undefined
  const flag = readSwitch(value)
  if (flag !== undefined) return flag
  const said = value.kind === 'text' || value.kind === 'number' ? quote(value.text) : kindInWords(value)
  findings.error(value, `previews.${key}: must be true or false, not ${said}`)
  return undefined
}

function readBounded(
  value: Value | undefined,
  { key, findings }: { readonly key: keyof typeof previewBounds; readonly findings: Findings },
): number | undefined {
  if (value === undefined || value.kind === 'foreign') return undefined
  const bounds = previewBounds[key]
  const amount = readAmount(value, bounds)
  const fault = amount.ok ? faultOf(amount, bounds) : amount.fault
  if (amount.ok && fault === undefined) return amount.value
  findings.error(value, `previews.${key}: ${fault}`)
  return undefined
}

function faultOf(
  { value: asked, written }: { readonly value: number; readonly written: string },
  { unit, least, most }: Bounds,
): string | undefined {
  const format = writeAmount[unit]
  if (asked > most) return `${format(asked)} is too much, ${format(most)} is the most`
  if (asked >= least) return undefined
  const meant = unit === 'duration' && /^[1-9]\d{0,2}$/.test(written) ? `; did you mean ${written}d?` : ''
  return `${format(asked)} is too little, ${format(least)} is the least${meant}`
}
