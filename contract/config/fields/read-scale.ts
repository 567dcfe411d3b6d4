import type { Allowance } from '../../allowance.ts'
import type { MicroConfig } from '../../config.ts'
import { USUAL_CONCURRENCY } from '../../sleep.ts'
import { kindInWords, type Mapping, type Value } from '../document/tree.ts'
import type { Findings } from '../findings.ts'
import { checkKeys, scaleKeys } from '../keys.ts'
import { readAmount } from './read-amount.ts'
import { refusal } from './refusal.ts'

export const scaleBounds = {
  max: { unit: 'count', least: 1, example: '4' },
  concurrency: { unit: 'count', least: 1, most: 1000, example: '50' },
} as const

interface Context {
  readonly findings: Findings
  /** The most that the operator lets it have. */
  readonly allowance: Allowance
  /** `owner/repository`, where it is known: whom to grant more. */
  readonly grantee?: string | undefined
}

/**
 * Up to how many sandboxes a micro gets: a number, or that and for how many requests each is meant. `null` is an empty group, for files that
 * have all of it commented out.
 *
 * @returns undefined where the file asks for no more than one.
 */
export function readScale(value: Value | undefined, context: Context): MicroConfig['scale'] {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return undefined
  if (value.kind === 'mapping') return readGroup(value, context)
  if (value.kind !== 'number' && value.kind !== 'text') {
    const words = `must be a number such as 4, or keys such as "max: 4", not ${kindInWords(value)}`
    context.findings.error(value, `scale: ${words}`)
    return undefined
  }
  const max = readMax(value, { ...context, label: 'scale' })
  return max === undefined ? undefined : { max, concurrency: USUAL_CONCURRENCY }
}

function readGroup(group: Mapping, context: Context): MicroConfig['scale'] {
  checkKeys(group, scaleKeys, context.findings)
  const [asked, each] = [group.entries.get('max'), group.entries.get('concurrency')]
  const concurrency = each === undefined ? USUAL_CONCURRENCY : readConcurrency(each, context.findings)
  if (asked === undefined) {
    if (each !== undefined)
      context.findings.error(group, 'scale: "max" is missing, the most sandboxes; add for example "max: 4"')
    return undefined
  }
  const max = readMax(asked, { ...context, label: 'scale.max' })
  return max === undefined || concurrency === undefined ? undefined : { max, concurrency }
}

function readMax(
  value: Value,
  { label, findings, allowance, grantee }: Context & { readonly label: string },
): number | undefined {
  if (value.kind === 'foreign') return undefined
  const amount = readAmount(value, scaleBounds.max)
  const fault = amount.ok ? faultOfMax(amount.value, { allowance, grantee }) : amount.fault
  if (amount.ok && fault === undefined) return amount.value
  findings.error(value, `${label}: ${fault ?? ''}`)
  return undefined
}

function faultOfMax(asked: number, { allowance, grantee }: Omit<Context, 'findings'>): string | undefined {
  if (asked < scaleBounds.max.least) return `${asked} is too little, 1 is the least; every micro sleeps when it is idle`
  if (asked <= allowance.sandboxes) return undefined
  return refusal({ asked: `${asked}`, granted: `${allowance.sandboxes}`, grantee, grant: `scale=${asked}` })
}

function readConcurrency(value: Value, findings: Findings): number | undefined {
  if (value.kind === 'foreign') return undefined
  const { least, most } = scaleBounds.concurrency
  const amount = readAmount(value, scaleBounds.concurrency)
  if (amount.ok && amount.value >= least && amount.value <= most) return amount.value
  findings.error(
    value,
    `scale.concurrency: ${amount.ok ? `${amount.value} is not within ${least} and ${most}` : amount.fault}`,
  )
  return undefined
}
