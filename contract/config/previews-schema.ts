import { amountSchema, type Schema } from './amount-schema.ts'
import { MOST_LABELS } from './fields/read-labels.ts'
import { previewBounds } from './fields/read-previews.ts'
import { switchWords } from './fields/read-switch.ts'
import type { previewKeys } from './keys.ts'
import { forkModes } from './previews.ts'

/** `previews` of the config file as JSON Schema. */
export function previewsSchema(): Schema {
  return {
    description: 'Which pull requests get a preview, in the whole repository: on, off, or more exactly.',
    anyOf: [...switchForms, { type: 'null' }, { type: 'object', additionalProperties: false, properties: fields }],
    examples: ['off'],
  }
}

/** A schema's pattern knows no flags, and these words may have any case. */
const oneOf = (words: readonly string[]): string =>
  String.raw`^\s*(?:${words.map((word) => word.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)).join('|')})\s*$`

/** What a switch can be. */
export const switchForms: readonly Schema[] = [{ type: 'boolean' }, { type: 'string', pattern: oneOf(switchWords) }]

const fields: Readonly<Record<(typeof previewKeys)[number], Schema>> = {
  forks: {
    description:
      'Pull requests from forks: off, approve (somebody with write access lets each commit through; the default), or no-secrets (at once, without the secrets).',
    anyOf: [
      { enum: [...forkModes] },
      { const: false },
      { type: 'string', pattern: oneOf([...forkModes, 'false', 'no']) },
    ],
  },
  drafts: { description: 'Whether drafts get one; by default they do.', anyOf: switchForms },
  bots: { description: 'Whether what bots open gets one; by default it does.', anyOf: switchForms },
  labels: {
    description: 'Only pull requests with one of these labels; by default all.',
    type: ['array', 'null'],
    maxItems: MOST_LABELS,
    items: { type: 'string', maxLength: 200, pattern: String.raw`\S` },
  },
  ttl: { description: 'A preview that nobody asks for anything for so long ends.', ...amountSchema(previewBounds.ttl) },
  max: { description: 'The most previews of the repository at once.', ...amountSchema(previewBounds.max) },
  comment: {
    description: 'Whether the pull request gets a comment with the links; by default it does.',
    anyOf: switchForms,
  },
}
