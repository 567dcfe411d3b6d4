import { amountSchema, type Schema } from './amount-schema.ts'
import { scaleBounds } from './fields/read-scale.ts'
import { NEVER, sleepBounds } from './fields/read-sleep.ts'
import type { scaleKeys, sleepKeys } from './keys.ts'

/** `sleep` of a micro as JSON Schema; how much of it was granted, only the parser knows. */
export function sleepSchema(): Schema {
  return {
    description: 'After how long of nothing it is frozen: never, a time, or that and after how long more it is cold.',
    anyOf: [...after, { type: 'null' }, { type: 'object', additionalProperties: false, properties: sleepFields }],
    examples: ['10m', NEVER],
  }
}

/** `scale` of a micro as JSON Schema. */
export function scaleSchema(): Schema {
  return {
    description: 'The most sandboxes under load, and for how many requests in hand each is meant.',
    anyOf: [
      ...amount(scaleBounds.max),
      { type: 'null' },
      {
        type: 'object',
        additionalProperties: false,
        properties: scaleFields,
        dependencies: { concurrency: ['max'] },
      },
    ],
    examples: [4],
  }
}

function amount(bounds: Parameters<typeof amountSchema>[0]): readonly Schema[] {
  return amountSchema(bounds)['anyOf'] as readonly Schema[]
}

/** A schema's pattern knows no flags. */
const never = String.raw`^\s*${NEVER.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)}\s*$`

const after: readonly Schema[] = [{ type: 'string', pattern: never }, ...amount(sleepBounds.after)]

const sleepFields: Readonly<Record<(typeof sleepKeys)[number], Schema>> = {
  after: {
    description: 'After how long of nothing it is frozen, or never.',
    anyOf: after,
    examples: [sleepBounds.after.example],
  },
  cold: {
    description: 'After how long of being frozen it gives its memory back; earlier when memory is short.',
    ...amountSchema(sleepBounds.cold),
  },
}

const scaleFields: Readonly<Record<(typeof scaleKeys)[number], Schema>> = {
  max: { description: 'The most sandboxes.', ...amountSchema(scaleBounds.max) },
  concurrency: {
    description: 'For how many requests in hand each sandbox is meant; 50 by default.',
    ...amountSchema(scaleBounds.concurrency),
  },
}
