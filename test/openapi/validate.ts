import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { AnySchemaObject, ValidateFunction } from 'ajv'

interface Operation {
  readonly request?: AnySchemaObject
  readonly requestRequired?: boolean
  readonly responses: Readonly<Record<string, AnySchemaObject | null>>
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly webhooks: Readonly<Record<string, AnySchemaObject>>
  readonly $defs: Readonly<Record<string, AnySchemaObject>>
}

const description = JSON.parse(readFileSync(new URL('github-api.json', import.meta.url), 'utf8')) as Description

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: {
    uri: isUrl,
    'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text),
    email: (text: string) => text.includes('@'),
    repo: true,
    timestamp: true,
    hostname: true,
    ssh: true,
    'uri-template': true,
    int64: true,
    date: true,
    // In GitHub's description, `format` on some schemas holds a word of its own.
    'repo.nwo': true,
    binary: true,
  },
})
const compiled = new Map<string, ValidateFunction>()

/**
 * Asserts that an answer is what GitHub's OpenAPI description says for this operation and status.
 *
 * @param pathTemplate as in the description: `/repos/{owner}/{repo}/statuses/{sha}`
 * @throws Error naming the operation and each place that is wrong.
 */
export function expectValidResponse(
  operation: { readonly method: string; readonly pathTemplate: string; readonly status: number },
  body: unknown,
): void {
  const { method, pathTemplate, status } = operation
  const name = `${method.toUpperCase()} ${pathTemplate} → ${status}`
  const schema = operationOf(method, pathTemplate).responses[String(status)]
  if (schema === undefined) throw new Error(`${name}: GitHub describes no such status`)
  if (schema !== null) validate(name, schema, body)
}

/**
 * Asserts that GitHub would accept this body for this operation.
 *
 * @throws Error naming the operation and each place that is wrong.
 */
export function expectValidRequest(method: string, pathTemplate: string, body: unknown): void {
  const name = `${method.toUpperCase()} ${pathTemplate}`
  // Octokit gives an empty string for no body.
  const absent = body === undefined || body === null || body === ''
  const { request: schema, requestRequired } = operationOf(method, pathTemplate)
  if (absent && requestRequired !== true) return
  if (schema === undefined) {
    if (!absent) throw new Error(`${name} takes no body`)
    return
  }
  // An absent body where one is required is as good as null, which some operations take.
  validate(name, schema, absent ? null : body)
}

/** Asserts the shape of a webhook's payload; `event` is `push`, `pull-request-opened`, … */
export function expectValidWebhook(event: string, payload: unknown): void {
  const schema = description.webhooks[event]
  if (schema === undefined) throw new Error(`the extract holds no webhook ${event}`)
  validate(`webhook ${event}`, schema, payload)
}

/**
 * The path template that a concrete path (no query, no `/api/v3`) belongs to.
 *
 * @throws Error when the extract describes no such operation.
 */
export function templateOf(method: string, path: string): string {
  const candidates = Object.keys(description.paths)
    .filter((template) => description.paths[template]?.[method.toLowerCase()] !== undefined)
    .filter((template) => matcher(template).test(path))
    .toSorted((a, b) => literal(b).length - literal(a).length)
  const [best] = candidates
  if (best === undefined)
    throw new Error(`GitHub describes no ${method.toUpperCase()} ${path}, or the extract lacks it`)
  return best
}

function operationOf(method: string, pathTemplate: string): Operation {
  const operation = description.paths[pathTemplate]?.[method.toLowerCase()]
  if (operation === undefined) {
    throw new Error(`GitHub describes no ${method.toUpperCase()} ${pathTemplate}, or the extract lacks it`)
  }
  return operation
}

function validate(name: string, schema: AnySchemaObject, value: unknown): void {
  const check = compiled.get(name) ?? ajv.compile({ ...schema, $defs: description.$defs })
  compiled.set(name, check)
  if (check(value)) return
  // Some webhooks list the events that an App could subscribe to years ago.
  const errors = (check.errors ?? []).filter(({ instancePath }) => !/\/app\/events\/\d+$/.test(instancePath))
  if (errors.length === 0) return
  const faults = errors.map((error) => {
    const details =
      error.params['allowedValues'] === undefined ? '' : ` ${JSON.stringify(error.params['allowedValues'])}`
    return `  ${error.instancePath || '(body)'} ${error.message ?? ''}${details}`
  })
  throw new Error(`${name} is not what GitHub describes:\n${faults.join('\n')}`)
}

/** `{path}`, `{ref}`, `{branch}` and `{basehead}` may hold slashes, encoded or not. */
function matcher(template: string): RegExp {
  const pattern = template
    // The root's own path is empty.
    .replaceAll('/{path}', '(?:/.*)?')
    .replaceAll(/\{(ref|branch|basehead)\}/g, '.+')
    .replaceAll(/\{\w+\}/g, '[^/]+')
  return new RegExp(`^${pattern}$`)
}

/** The more letters of a template stand fast, the more exact it is. */
function literal(template: string): string {
  return template.replaceAll(/\{\w+\}/g, '')
}

function isUrl(text: string): boolean {
  return URL.canParse(text)
}
