import { MICRO_NAME } from '../names.ts'
import { amountSchema, type Schema } from './amount-schema.ts'
import { MOST_GLOB_CHARACTERS, MOST_GLOBS } from '../glob/match-globs.ts'
import { limitKeys, microKeys, sharedKeys } from './keys.ts'
import { ENV_NAME, RESERVED_ENV } from './fields/read-env.ts'
import { BRANCH, RUNTIME } from './fields/read-fields.ts'
import { ENTRY } from './fields/read-path.ts'
import { limitRules } from './fields/read-limits.ts'
import { MOST_MICROS } from './parse-config.ts'
import { previewsSchema, switchForms } from './previews-schema.ts'
import { scaleSchema, sleepSchema } from './sleep-schema.ts'
import { MOST_NAME_CHARACTERS, MOST_SECRETS } from '../secrets/secret-name.ts'

/**
 * The config file as JSON Schema (draft 7, which editors know best): completion, and red lines for what parseConfig refuses too. What a
 * schema cannot say – names that must differ, sizes against what was granted – parseConfig says alone.
 */
export function configSchema(): Schema {
  const beside: readonly string[] = sharedKeys
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'micropush: micro.yml, micro.yaml or micro.json',
    required: ['v'],
    ...microSchema({
      $schema: { type: 'string' },
      v: { const: 1, description: 'Version of this format.' },
      previews: previewsSchema(),
      micros: {
        description: 'Several micros of one repository; beside it only `env`, `branch` and `previews` may stand.',
        type: 'array',
        minItems: 1,
        maxItems: MOST_MICROS,
        items: microSchema({}),
      },
    }),
    dependencies: {
      micros: {
        properties: Object.fromEntries(microKeys.filter((key) => !beside.includes(key)).map((key) => [key, false])),
      },
    },
  }
}

function microSchema(more: Schema): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: { ...more, ...fields },
    not: { required: ['entry', 'run'] },
  }
}

/** A path that stays inside: no backslash, not absolute, no `..` between slashes. */
const relativePath = String.raw`^(?!/)(?![A-Za-z]:)(?!(?:.*/)?\.\.(?:/|$))(?=.*\S)[^\\\p{Cc}]+$`
const entryFile = `(?=.*${ENTRY.source})`

/** A path as above that may begin at the root, and with a `!`. */
const glob = String.raw`^(?!!\s*$)!?(?!(?:.*/)?\.\.(?:/|$))(?=.*\S)[^\\\p{Cc}]+$`

const fields: Readonly<Record<(typeof microKeys)[number], Schema>> = {
  name: {
    description: "The micro's name in its address; the repository's name by default, in `micros` that of its folder.",
    type: 'string',
    pattern: MICRO_NAME.source,
  },
  src: {
    description: "The micro's folder; by default the repository's root.",
    type: 'string',
    maxLength: 255,
    pattern: relativePath,
  },
  runtime: {
    description: 'Language and version, such as nodejs24 or python3.13.',
    type: 'string',
    // A schema's pattern knows no flags.
    pattern: RUNTIME.source.replace('python|nodejs|node', '[Pp][Yy][Tt][Hh][Oo][Nn]|[Nn][Oo][Dd][Ee](?:[Jj][Ss])?'),
    examples: ['nodejs24', 'python3.13'],
  },
  entry: {
    description: 'The file in `src` that exports the app; by default found by its name.',
    type: 'string',
    maxLength: 255,
    pattern: relativePath.replace('^', `^${entryFile}`),
  },
  build: { description: 'A shell command that runs once, after the dependencies are installed.', ...command() },
  run: { description: 'A shell command that starts a server on $PORT, in place of an exported app.', ...command() },
  env: {
    description: 'Environment variables. No secrets: everybody who can read the repository can read them.',
    type: ['object', 'null'],
    propertyNames: {
      pattern: ENV_NAME.source,
      maxLength: 255,
      not: { pattern: RESERVED_ENV.source },
    },
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  },
  secrets: {
    description: 'Names of secrets without which it is not to be started; the operator sets their values.',
    type: ['array', 'null'],
    maxItems: MOST_SECRETS,
    items: {
      type: 'string',
      pattern: ENV_NAME.source,
      maxLength: MOST_NAME_CHARACTERS,
      not: { pattern: RESERVED_ENV.source },
    },
  },
  limits: {
    description: 'More or less than the usual limits; more only if the operator granted it.',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: Object.fromEntries(limitKeys.map((key) => [key, amountSchema(limitRules[key])])),
  },
  sleep: sleepSchema(),
  scale: scaleSchema(),
  snapshot: {
    description:
      'Under gVisor an imported app is put on disk, and a micro that has slept for long is brought back from there. false starts it anew each time.',
    anyOf: switchForms,
    default: true,
  },
  branch: {
    description: "The production branch; by default the repository's default branch.",
    type: 'string',
    maxLength: 255,
    pattern: BRANCH.source,
  },
  paths: {
    description:
      "Globs from the repository's root: only a change of what matches deploys the micro; by default every change does.",
    ...globs(['services/api/**', 'package.json']),
  },
  ignore: {
    description: 'Globs of what does not count as a change; they win over `paths`.',
    ...globs(['**/*.md', 'docs']),
  },
}

function globs(examples: readonly string[]): Schema {
  return {
    type: ['array', 'null'],
    minItems: 1,
    maxItems: MOST_GLOBS,
    items: { type: 'string', maxLength: MOST_GLOB_CHARACTERS, pattern: glob },
    // One that only takes back what others named leaves nothing.
    contains: { type: 'string', pattern: '^[^!]' },
    examples: [examples],
  }
}

function command(): Schema {
  return { type: 'string', maxLength: 4096, pattern: String.raw`\S` }
}
