/** One sample of Prometheus' text format. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: Sample[]
}

/**
 * Reads Prometheus' text format, https://prometheus.io/docs/instrumenting/exposition_formats/, as far as we write it. Throws at a line
 * that is not of it, at a sample outside of its family, and at one that comes twice.
 */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const seen = new Set<string>()
  let help: { name: string; text: string } | undefined
  let family: Family | undefined
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  for (const line of text.split('\n')) {
    if (line === '') continue
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line)
    if (comment?.[1] === 'HELP') {
      help = { name: comment[2] ?? '', text: comment[3] ?? '' }
      continue
    }
    if (comment?.[1] === 'TYPE') {
      const [name, type] = [comment[2] ?? '', comment[3] ?? '']
      if (help?.name !== name) throw new Error(`${name} has no HELP before its TYPE`)
      if (families.has(name)) throw new Error(`${name} comes twice`)
      family = { name, help: help.text, type, samples: [] }
      families.set(name, family)
      continue
    }
    const sample = parseSample(line)
    if (family === undefined || !belongs(sample, family)) throw new Error(`no family for: ${line}`)
    const key = line.slice(0, line.lastIndexOf(' '))
    if (seen.has(key)) throw new Error(`twice: ${key}`)
    seen.add(key)
    family.samples.push(sample)
  }
  return families
}

function parseSample(line: string): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?[\d.]+(?:e[+-]?\d+)?|NaN|[+-]Inf)$/.exec(line)
  if (match === null) throw new Error(`unreadable: ${line}`)
  const labels: Record<string, string> = {}
  for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g)) {
    labels[name] = value
  }
  return { name: match[1] ?? '', labels, value: Number(match[3]) }
}

function belongs({ name, labels }: Sample, { name: of, type }: Family): boolean {
  if (type !== 'histogram') return name === of
  return name === `${of}_bucket` ? 'le' in labels : name === `${of}_sum` || name === `${of}_count`
}

/** The value of the one sample that has these labels, in any family; 0 where there is none. Several are added up. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = [...families.values()].flatMap((family) => family.samples)
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

/** What is wrong with how families are named and described: https://prometheus.io/docs/practices/naming/, and promtool's checks. */
export function faultsOf(families: ReadonlyMap<string, Family>): string[] {
  const faults: string[] = []
  for (const { name, help, type, samples } of families.values()) {
    const isTotal = name.endsWith('_total')
    if (!/^(?:micropush|process|nodejs)_[a-z0-9_]+$/.test(name))
      faults.push(`${name}: a name in lower case with our prefix`)
    if (!/^[A-Z].{8,}\.$/.test(help)) faults.push(`${name}: help is no sentence: ${help}`)
    if (!['counter', 'gauge', 'histogram'].includes(type)) faults.push(`${name}: type ${type}`)
    if (isTotal !== (type === 'counter')) faults.push(`${name}: _total is for counters`)
    if (/_(?:ms|milliseconds|minutes|kb|mb|kilobytes|percent)(?:_|$)/.test(name)) faults.push(`${name}: no base unit`)
    if (type === 'histogram' && !/_(?:seconds|bytes)$/.test(name)) faults.push(`${name}: no unit`)
    if (samples.length === 0 && type === 'gauge') faults.push(`${name}: no sample`)
    for (const { labels, value } of samples) {
      if (!Number.isFinite(value)) faults.push(`${name}: ${value}`)
      for (const [label, text] of Object.entries(labels)) {
        if (!/^[a-z_]+$/.test(label)) faults.push(`${name}: label ${label}`)
        // A host, a path, a commit or a deployment would be longer, or look like one.
        if (/[/]|[0-9a-f]{12}|localhost/.test(text) || text.length > 40) faults.push(`${name}: ${label}=${text}`)
      }
    }
  }
  return faults
}
