import { expect, it } from 'vitest'
import type { DeliveryFacts, GitHubFacts, InstallationFacts } from '../../../../src/connect/diagnosis/facts.ts'
import { findFaults } from '../../../../src/connect/diagnosis/find-faults.ts'

const demands = {
  description: '',
  default_permissions: { contents: 'read', statuses: 'write' },
  default_events: ['push'],
} as const
const ours = {
  botUrl: 'https://bot.example',
  webUrl: 'https://github.com',
  demands: { ...demands, default_events: ['push'] },
}

const installation: InstallationFacts = {
  account: 'ada',
  isSuspended: false,
  repositories: 1,
  permissions: demands.default_permissions,
  events: ['push'],
  settingsUrl: 'https://github.com/settings/installations/1',
}

const delivery: DeliveryFacts = {
  event: 'push',
  action: undefined,
  deliveredAt: '2026-01-01T00:00:00Z',
  statusCode: 200,
  status: 'OK',
  fault: undefined,
}

const well: GitHubFacts = {
  name: 'micropush',
  url: 'https://github.com/apps/micropush',
  settingsUrl: 'https://github.com/settings/apps/micropush',
  hookUrl: 'https://bot.example/api/github/webhooks',
  events: ['push'],
  permissions: demands.default_permissions,
  installations: [installation],
  deliveries: [delivery],
}

function titles(change: Partial<GitHubFacts>): string[] {
  return findFaults({ kind: 'known', github: { ...well, ...change } }, ours).map(({ title }) => title)
}

function failed(change: Partial<DeliveryFacts>): string {
  const deliveries = [{ ...delivery, statusCode: 500, status: 'Invalid HTTP Response: 500', ...change }]
  const [fault] = findFaults({ kind: 'known', github: { ...well, deliveries } }, ours)
  return `${fault?.title}: ${fault?.advice}`
}

it('nothing is wrong when a delivery was answered', () => {
  expect(titles({})).toEqual([])
})

it.each<[string, Partial<GitHubFacts>, RegExp]>([
  ['the App is not installed', { installations: [], deliveries: [] }, /not installed anywhere/],
  ['an installation is suspended', { installations: [{ ...installation, isSuspended: true }] }, /on ada is suspended/],
  ['no repositories are chosen', { installations: [{ ...installation, repositories: 0 }] }, /No repository of ada/],
  [
    'an owner has not accepted a permission',
    { installations: [{ ...installation, permissions: { contents: 'read', statuses: 'read' } }] },
    /ada has not accepted new permissions: statuses \(write\)/,
  ],
  ['the App lacks a permission', { permissions: { contents: 'read' } }, /lacks permissions: statuses \(write\)/],
  ['the App is not subscribed', { events: [] }, /not told of: push/],
  ['GitHub delivers elsewhere', { hookUrl: 'https://old.example/api/github/webhooks' }, /another address/],
  ['there is no webhook', { hookUrl: undefined }, /no webhook/],
  ['nothing was ever sent', { deliveries: [] }, /sent nothing yet/],
])('it is named when %s', (_, change, words) => {
  expect(titles(change)).toEqual([expect.stringMatching(words)])
})

it.each<[string, Partial<DeliveryFacts>, RegExp]>([
  ['the signature was wrong', { statusCode: 400, fault: 'signature' }, /signature was wrong.*rotate-secret/],
  ['there was no answer', { statusCode: 0, status: 'timed out' }, /timed out.*did not reach/],
  ['a password was asked for', { statusCode: 401 }, /asks for a password/],
  ['another server answered', { statusCode: 404 }, /another server/],
  ['a proxy took too small a body', { statusCode: 413 }, /25 MB/],
  ['the bot had no answer', { statusCode: 503 }, /had no answer/],
])('a failed delivery says that %s', (_, change, words) => {
  expect(failed(change)).toMatch(words)
})

it('the ping that came before the secret did is no fault', () => {
  const ping = { ...delivery, event: 'ping', statusCode: 503, fault: 'not-connected' }
  expect(titles({ deliveries: [ping, delivery] })).toEqual([])
})

it.each([
  [401, /key.*clock/],
  [404, /deleted there/],
  [502, /looks again/],
])('what GitHub answers to the key is named: %i', (status, words) => {
  const [fault] = findFaults({ kind: 'refused', status }, ours)
  expect(`${fault?.title} ${fault?.advice}`).toMatch(words)
})

it('a GitHub that cannot be asked is named by what the network says', () => {
  expect(findFaults({ kind: 'unreachable', code: 'ENOTFOUND' }, ours)[0]?.title).toContain('ENOTFOUND')
})
