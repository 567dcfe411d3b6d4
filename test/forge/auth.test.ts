import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAppCredentials } from '../../forge/auth/credentials.ts'
import { asInstallation, commit, git, stage, withToken, workTree } from './support.ts'

let there: Awaited<ReturnType<typeof stage>>
let key: KeyObject
let appId: number
let nowMs = Date.now()

beforeAll(async () => {
  there = await stage({ clock: () => nowMs })
  const credentials = await readAppCredentials(there.home)
  key = createPrivateKey(await readFile(credentials.privateKeyPath, 'utf8'))
  appId = credentials.appId
})
afterAll(async () => {
  await there.end()
})

function jwt(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = { alg: 'RS256', typ: 'JWT' },
) {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}

async function ask(token: string, path = '/app') {
  const response = await fetch(`${there.forge.apiUrl}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const body = (await response.json()) as { message?: string }
  return { status: response.status, message: body.message }
}

const seconds = () => Math.floor(nowMs / 1000)

test('the App is made once, and nobody else can read its key', async () => {
  for (const file of ['app.json', 'app.pem']) {
    expect((await stat(join(there.home, 'forge', file))).mode & 0o777).toBe(0o600)
  }
  const { data } = await there.app.rest.apps.getAuthenticated()
  expect(data).toMatchObject({ id: appId, slug: 'micropush', permissions: { contents: 'read', statuses: 'write' } })
})

test('a JWT needs the right key, algorithm and App, and at most ten minutes', async () => {
  const good = { iss: appId, iat: seconds() - 30, exp: seconds() + 570 }
  expect(await ask(jwt(good))).toMatchObject({ status: 200 })
  expect(await ask(jwt({ ...good, exp: seconds() + 700 }))).toMatchObject({
    status: 401,
    message: expect.stringMatching(/too far in the future/) as string,
  })
  expect(await ask(jwt({ ...good, exp: seconds() - 1 }))).toMatchObject({
    status: 401,
    message: expect.stringMatching(/'exp'/) as string,
  })
  expect(await ask(jwt({ ...good, exp: undefined }))).toMatchObject({ status: 401 })
  expect(await ask(jwt({ ...good, iat: seconds() + 90 }))).toMatchObject({
    status: 401,
    message: expect.stringMatching(/'iat'/) as string,
  })
  expect(await ask(jwt({ ...good, iss: 1 }))).toMatchObject({ status: 404, message: 'Integration not found' })
  expect(await ask(jwt(good, { alg: 'none' }))).toMatchObject({ status: 401 })
  expect(await ask(jwt(good, { alg: 'HS256' }))).toMatchObject({ status: 401 })
  expect(await ask(`${jwt(good).slice(0, -8)}AAAAAAAA`)).toMatchObject({ status: 401 })
})

test('every owner that pushed has an installation with all of its repositories', async () => {
  const second = await workTree(join(there.home, 'second'), `${there.origin}/grace/tools.git`)
  await commit(second, { a: '1' })
  await git(second, 'push', '--quiet', 'origin', 'main')
  const { data } = await there.app.rest.apps.listInstallations()
  expect(data.map(({ account }) => account && 'login' in account && account.login)).toEqual(['ada', 'grace'])
  const { data: one } = await there.app.rest.apps.getRepoInstallation({ owner: 'grace', repo: 'tools' })
  expect(one.id).toBe(data[1]?.id)
  expect((await there.app.rest.apps.getInstallation({ installation_id: one.id })).data.id).toBe(one.id)
  const octokit = await asInstallation(there.home, there.forge, one.id)
  const { data: list } = await octokit.rest.apps.listReposAccessibleToInstallation()
  expect(list).toMatchObject({ total_count: 1, repositories: [{ full_name: 'grace/tools' }] })
})

test('a token sees its own repositories only, as far as it was narrowed, and for an hour', async () => {
  const other = await workTree(join(there.home, 'other'), `${there.origin}/ada/other.git`)
  await commit(other, { a: '1' })
  await git(other, 'push', '--quiet', 'origin', 'main')
  const { data: installation } = await there.app.rest.apps.getRepoInstallation(there.repo)
  const { data } = await there.app.rest.apps.createInstallationAccessToken({
    installation_id: installation.id,
    repositories: ['hello'],
    permissions: { contents: 'read' },
  })
  expect(data.token).toMatch(/^ghs_[A-Za-z0-9._-]{480,}$/)
  expect(data).toMatchObject({ permissions: { contents: 'read', metadata: 'read' }, repository_selection: 'selected' })
  const octokit = withToken(there.forge, data.token)
  await expect(octokit.rest.repos.get(there.repo)).resolves.toMatchObject({ status: 200 })
  await expect(octokit.rest.repos.get({ owner: 'ada', repo: 'other' })).rejects.toMatchObject({ status: 404 })
  const status = { ...there.repo, sha: there.sha, state: 'success' as const }
  await expect(octokit.rest.repos.createCommitStatus(status)).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration') as string,
  })
  expect(await ask(data.token)).toMatchObject({ status: 401 })
  nowMs += 3_600_000
  await expect(octokit.rest.repos.get(there.repo)).rejects.toMatchObject({ status: 401 })
  nowMs -= 3_600_000
})

test('a token cannot be asked for with more than the installation has', async () => {
  const { data: installation } = await there.app.rest.apps.getRepoInstallation(there.repo)
  const installation_id = installation.id
  const more = there.app.rest.apps.createInstallationAccessToken({
    installation_id,
    permissions: { contents: 'write' },
  })
  await expect(more).rejects.toMatchObject({ status: 422 })
  const unknown = there.app.rest.apps.createInstallationAccessToken({ installation_id, repositories: ['nope'] })
  await expect(unknown).rejects.toMatchObject({ status: 422 })
})

test('a person reads without a password, and writes only as the local one', async () => {
  const nobody = withToken(there.forge, undefined)
  await expect(nobody.rest.repos.get(there.repo)).resolves.toMatchObject({ status: 200 })
  const status = { ...there.repo, sha: there.sha, state: 'success' as const, context: 'by-hand' }
  await expect(nobody.rest.repos.createCommitStatus(status)).rejects.toMatchObject({ status: 401 })
  await expect(there.person.rest.repos.createCommitStatus(status)).resolves.toMatchObject({
    data: { creator: { login: 'local' } },
  })
  await expect(withToken(there.forge, 'wrong').rest.repos.get(there.repo)).rejects.toMatchObject({ status: 401 })
})
