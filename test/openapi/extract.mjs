// Makes github-api.json: the part of GitHub's published OpenAPI description that micropush speaks.
//
//   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
//   node test/openapi/extract.mjs package/generated/api.github.com.json test/openapi/github-api.json
//
// The whole package is 385 MB unpacked, so it is not a dependency.
import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'

const repo = '/repos/{owner}/{repo}'

/** Path template → methods. */
const operations = {
  '/app': ['get'],
  '/app/installations': ['get'],
  '/app/installations/{installation_id}': ['get', 'delete'],
  '/app/installations/{installation_id}/access_tokens': ['post'],
  '/app/installations/{installation_id}/suspended': ['put', 'delete'],
  '/app/hook/deliveries': ['get'],
  '/app/hook/deliveries/{delivery_id}': ['get'],
  '/app/hook/deliveries/{delivery_id}/attempts': ['post'],
  '/installation/repositories': ['get'],
  '/meta': ['get'],
  '/rate_limit': ['get'],
  '/users/{username}/installation': ['get'],
  [repo]: ['get', 'patch', 'delete'],
  [`${repo}/forks`]: ['post'],
  [`${repo}/transfer`]: ['post'],
  [`${repo}/collaborators/{username}`]: ['put'],
  [`${repo}/collaborators/{username}/permission`]: ['get'],
  [`${repo}/installation`]: ['get'],
  [`${repo}/contents/{path}`]: ['get'],
  [`${repo}/compare/{basehead}`]: ['get'],
  [`${repo}/commits`]: ['get'],
  [`${repo}/commits/{ref}`]: ['get'],
  [`${repo}/commits/{commit_sha}/pulls`]: ['get'],
  [`${repo}/commits/{ref}/status`]: ['get'],
  [`${repo}/commits/{ref}/statuses`]: ['get'],
  [`${repo}/commits/{ref}/check-runs`]: ['get'],
  [`${repo}/statuses/{sha}`]: ['post'],
  [`${repo}/branches`]: ['get'],
  [`${repo}/branches/{branch}`]: ['get'],
  [`${repo}/git/ref/{ref}`]: ['get'],
  [`${repo}/tarball/{ref}`]: ['get'],
  [`${repo}/deployments`]: ['get', 'post'],
  [`${repo}/deployments/{deployment_id}`]: ['get', 'delete'],
  [`${repo}/deployments/{deployment_id}/statuses`]: ['get', 'post'],
  [`${repo}/deployments/{deployment_id}/statuses/{status_id}`]: ['get'],
  [`${repo}/check-runs`]: ['post'],
  [`${repo}/check-runs/{check_run_id}`]: ['get', 'patch'],
  [`${repo}/check-runs/{check_run_id}/annotations`]: ['get'],
  [`${repo}/check-runs/{check_run_id}/rerequest`]: ['post'],
  [`${repo}/check-suites/{check_suite_id}`]: ['get'],
  [`${repo}/check-suites/{check_suite_id}/check-runs`]: ['get'],
  [`${repo}/check-suites/{check_suite_id}/rerequest`]: ['post'],
  [`${repo}/commits/{ref}/check-suites`]: ['get'],
  [`${repo}/pulls`]: ['get', 'post'],
  [`${repo}/pulls/{pull_number}`]: ['get', 'patch'],
  [`${repo}/pulls/{pull_number}/merge`]: ['put'],
  [`${repo}/pulls/{pull_number}/files`]: ['get'],
  [`${repo}/issues/{issue_number}/labels`]: ['get', 'post'],
  [`${repo}/issues/{issue_number}/labels/{name}`]: ['delete'],
  [`${repo}/issues/{issue_number}/comments`]: ['get', 'post'],
  [`${repo}/issues/comments/{comment_id}`]: ['get', 'patch', 'delete'],
}

/** Names under `x-webhooks`. */
const webhooks = [
  'push',
  'ping',
  'pull-request-opened',
  'pull-request-synchronize',
  'pull-request-reopened',
  'pull-request-closed',
  'pull-request-edited',
  'pull-request-labeled',
  'pull-request-unlabeled',
  'pull-request-converted-to-draft',
  'pull-request-ready-for-review',
  'issue-comment-created',
  'issue-comment-edited',
  'issue-comment-deleted',
  'check-run-created',
  'check-run-completed',
  'check-run-rerequested',
  'check-run-requested-action',
  'check-suite-requested',
  'check-suite-rerequested',
  'check-suite-completed',
  'merge-group-checks-requested',
  'merge-group-destroyed',
  'repository-renamed',
  'repository-transferred',
  'repository-privatized',
  'repository-publicized',
  'repository-archived',
  'repository-unarchived',
  'repository-deleted',
  'repository-edited',
  'installation-created',
  'installation-deleted',
  'installation-suspend',
  'installation-unsuspend',
  'installation-new-permissions-accepted',
  'installation-repositories-added',
  'installation-repositories-removed',
]

const WORDS = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'title', 'tags', 'operationId'])

const [, , source, target] = argv
if (!source || !target) throw new Error('usage: extract.mjs <api.github.com.json> <github-api.json>')
const description = JSON.parse(readFileSync(source, 'utf8'))
const wanted = new Map()

const paths = {}
for (const [path, methods] of Object.entries(operations)) {
  paths[path] = Object.fromEntries(methods.map((method) => [method, operation(description.paths[path][method])]))
}
const hooks = Object.fromEntries(
  webhooks.map((name) => [
    name,
    schema(description['x-webhooks'][name].post.requestBody.content['application/json'].schema),
  ]),
)
const schemas = collectSchemas()

writeFileSync(
  target,
  `${JSON.stringify({
    source: `@octokit/openapi ${description.info.version}, generated/api.github.com.json, reduced by test/openapi/extract.mjs`,
    origin: 'https://github.com/github/rest-api-description',
    licence: `${description.info.license.name} (c) GitHub, octokit contributors`,
    changes: 'Only what micropush uses; texts and examples left out; `nullable` written as JSON Schema 2020-12',
    paths,
    webhooks: hooks,
    $defs: schemas,
  })}\n`,
)

/** A request's schema and each answer's schema by status; null where the answer has no JSON body. */
function operation(node) {
  const body = node.requestBody?.content?.['application/json']?.schema
  const responses = Object.entries(node.responses).map(([status, response]) => {
    const content = deref(response).content ?? {}
    const json = content['application/json']?.schema ?? content['application/scim+json']?.schema
    return [status, json === undefined ? null : schema(json)]
  })
  return {
    ...(body === undefined ? {} : { request: schema(body), requestRequired: node.requestBody.required === true }),
    responses: Object.fromEntries(responses),
  }
}

/** Follows references outside of schemas, such as `#/components/responses/not_found`. */
function deref(node) {
  if (node.$ref === undefined) return node
  return node.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], description)
}

/** A schema in JSON Schema 2020-12 without words; the references it holds are noted for `$defs`. */
function schema(node) {
  if (Array.isArray(node)) return node.map(schema)
  if (node === null || typeof node !== 'object') return node
  if (node.$ref !== undefined) {
    const name = node.$ref.slice('#/components/schemas/'.length)
    if (!wanted.has(name)) wanted.set(name, undefined)
    return { $ref: `#/$defs/${name}` }
  }
  const out = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'nullable' || key === 'deprecated' || key === 'readOnly' || key === 'default') continue
    if (key.startsWith('x-') || WORDS.has(key)) continue
    if (key === 'properties') {
      out.properties = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schema(inner)]))
    } else {
      out[key] = schema(value)
    }
  }
  return node.nullable === true ? orNull(out) : out
}

function orNull(node) {
  if (typeof node.type !== 'string') return { anyOf: [node, { type: 'null' }] }
  const enumeration = node.enum === undefined ? {} : { enum: [...new Set([...node.enum, null])] }
  return { ...node, ...enumeration, type: [node.type, 'null'] }
}

function collectSchemas() {
  for (let open = pending(); open.length > 0; open = pending()) {
    for (const name of open) wanted.set(name, schema(description.components.schemas[name]))
  }
  return Object.fromEntries([...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function pending() {
  return [...wanted].filter(([, value]) => value === undefined).map(([name]) => name)
}
