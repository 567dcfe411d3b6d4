import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readAppGrant } from '../../../forge/auth/app-grant.ts'
import { isSubscribed } from '../../../forge/webhooks/subscription.ts'

const permissions = { metadata: 'read', contents: 'read', checks: 'read' }

test('an event needs the subscription and the permission', () => {
  const to = { events: ['push', 'pull_request'], permissions }
  expect(isSubscribed({ name: 'push' }, to)).toBe(true)
  expect(isSubscribed({ name: 'repository', action: 'renamed' }, to)).toBe(false)
  expect(isSubscribed({ name: 'pull_request', action: 'opened' }, to)).toBe(false)
  expect(isSubscribed({ name: 'something_new' }, to)).toBe(false)
})

test('what concerns the installation comes unasked, and so do checks to those who may write them', () => {
  const to = { events: [], permissions: {} }
  expect(isSubscribed({ name: 'installation', action: 'suspend' }, to)).toBe(true)
  expect(isSubscribed({ name: 'ping' }, to)).toBe(true)
  const suite = { name: 'check_suite', action: 'requested' }
  expect(isSubscribed(suite, { events: [], permissions: { checks: 'write' } })).toBe(true)
  expect(isSubscribed(suite, { events: ['check_suite'], permissions })).toBe(false)
  expect(isSubscribed({ name: 'check_run', action: 'created' }, { events: ['check_run'], permissions })).toBe(true)
})

test('a manifest with an event whose permission it does not ask for is refused, as GitHub does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'forge-'))
  const file = join(folder, 'app.yml')
  await writeFile(
    file,
    'default_permissions: { pull_requests: write }\ndefault_events: [pull_request, issue_comment]\n',
  )
  await expect(readAppGrant(pathToFileURL(file))).rejects.toThrow(
    'Default events are not supported by permissions: issue_comment',
  )
  await rm(folder, { recursive: true })
})

test('the manifest of the project would be taken', async () => {
  const grant = await readAppGrant(new URL('../../../app.yml', import.meta.url))
  expect(grant.events).toContain('issue_comment')
})
