import { median, ms, percentile, table } from './statistics.ts'

/** What one line of the table says; times in ms. */
export interface Row {
  /** The part of the bench that measured it. */
  readonly part: string
  readonly what: string
  /** What was measured, in words, such as `1.9 ms` or `1 wake`. */
  readonly value: string
  /** What it is compared with in the same run. */
  readonly beside?: string
  /** What it has to be, in words; absent for what is only told. */
  readonly bar?: string
  readonly met?: boolean
  /** The bare numbers, for plots and for later comparison. */
  readonly numbers: Readonly<Record<string, number>>
}

/** Median, 99th percentile and number of runs. */
export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly count: number
}

export function spread(times: readonly number[]): Spread {
  return { p50: median(times), p95: percentile(times, 95), p99: percentile(times, 99), count: times.length }
}

export function inWords({ p50, p99, count }: Spread): string {
  // With fewer runs the 99th percentile is only the slowest one.
  return `p50 ${ms(p50)}, ${count < 100 ? 'slowest' : 'p99'} ${ms(p99)} (${count} runs)`
}

/** The table as people read it. */
export function rowsTable(rows: readonly Row[]): string {
  return table(
    ['what', 'measured', 'beside it in the same run', 'bar', ''],
    rows.map(({ what, value, beside, bar, met }) => [what, value, beside ?? '', bar ?? '', verdict(met)]),
  )
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return ''
  return met ? 'met' : '**missed**'
}
