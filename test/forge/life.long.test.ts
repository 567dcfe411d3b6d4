import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asInstallation, commit, git, stage, told, withToken } from './support.ts'

let there: Awaited<ReturnType<typeof stage>>
let bot: Octokit
let installationId: number

beforeAll(async () => {
  there = await stage()
  installationId = (await there.app.rest.apps.getRepoInstallation(there.repo)).data.id
  bot = await asInstallation(there.home, there.forge, installationId)
})
afterAll(async () => {
  await there.end()
})

const pushes = () => there.bot.received.filter(({ event }) => event === 'push').length

async function push(name: string): Promise<void> {
  await git(there.tree, 'push', '--quiet', `${there.origin}/ada/${name}.git`, 'HEAD:refs/heads/main')
}

test('a renamed repository is found by its former name, in the API and by git, until somebody takes the name', async () => {
  await push('old')
  const at = { owner: 'ada', repo: 'old' }
  const { data } = await bot.rest.repos.get(at)
  await there.person.rest.repos.update({ ...at, name: 'new' })
  expect(await told(there.bot, 'repository.renamed')).toMatchObject({
    changes: { repository: { name: { from: 'old' } } },
    repository: { id: data.id, full_name: 'ada/new' },
  })
  const plain = { redirect: 'manual' } as const
  const moved = await fetch(`${there.forge.apiUrl}/repos/ada/old/contents/micro.yml?ref=main`, plain)
  expect(moved.status).toBe(301)
  const location = `${there.forge.apiUrl}/repositories/${data.id}/contents/micro.yml?ref=main`
  expect(moved.headers.get('location')).toBe(location)
  expect(await moved.json()).toMatchObject({ message: 'Moved Permanently', url: location })
  expect((await bot.rest.repos.getContent({ ...at, path: 'micro.yml' })).data).toMatchObject({ name: 'micro.yml' })
  const status = { ...at, sha: there.sha, state: 'success' as const, headers: { 'x-unchecked': '1' } }
  expect((await bot.rest.repos.createCommitStatus(status)).data.state).toBe('success')

  const { stdout } = await git(there.tree, 'ls-remote', `${there.origin}/ada/old.git`, 'refs/heads/main')
  expect(stdout).toContain(there.sha)
  await commit(there.tree, {}, 'To the former name')
  await push('old')
  expect((await bot.rest.repos.get(at)).data).toMatchObject({ id: data.id, full_name: 'ada/new' })
  await there.person.rest.repos.update({ owner: 'ada', repo: 'hello', name: 'old' })
  expect((await bot.rest.repos.get(at)).data.id).not.toBe(data.id)
  await there.person.rest.repos.update({ ...at, name: 'hello' })
  await expect(there.person.rest.repos.update({ ...at, name: 'new' })).rejects.toMatchObject({ status: 422 })
})

test('a repository is hidden, shown, put into the archive, where nothing can be written, and taken out of it', async () => {
  await there.person.rest.repos.update({ ...there.repo, private: true })
  expect(await told(there.bot, 'repository.privatized')).toMatchObject({ repository: { private: true } })
  expect((await fetch(`${there.forge.apiUrl}/repos/ada/hello`)).status).toBe(404)
  await expect(withToken(there.forge, 'local:eve').rest.repos.get(there.repo)).rejects.toMatchObject({ status: 404 })
  expect((await bot.rest.repos.get(there.repo)).data).toMatchObject({ private: true, visibility: 'private' })
  await there.person.rest.repos.update({ ...there.repo, private: false })
  await told(there.bot, 'repository.publicized')
  const stranger = withToken(there.forge, 'local:eve:none')
  expect((await stranger.rest.repos.get(there.repo)).data.private).toBe(false)
  await expect(stranger.rest.repos.update({ ...there.repo, name: 'x' })).rejects.toMatchObject({ status: 403 })

  await there.person.rest.repos.update({ ...there.repo, archived: true })
  expect(await told(there.bot, 'repository.archived')).toMatchObject({ repository: { archived: true } })
  const status = { ...there.repo, sha: there.sha, state: 'success' as const }
  await expect(bot.rest.repos.createCommitStatus(status)).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Repository was archived so is read-only.') as string,
  })
  await expect(git(there.tree, 'push', '--quiet', 'origin', 'HEAD:refs/heads/x')).rejects.toThrow(/403/)
  await there.person.rest.repos.update({ ...there.repo, archived: false })
  await told(there.bot, 'repository.unarchived')
  await expect(bot.rest.repos.createCommitStatus(status)).resolves.toMatchObject({ status: 201 })
})

test('a transfer is told where the repository goes; who had it finds nothing any more', async () => {
  await push('gift')
  const person = there.person
  await person.request('POST /_installations', { account: 'grace' })
  expect(await told(there.bot, 'installation.created')).toMatchObject({
    installation: { account: { login: 'grace' }, repository_selection: 'all', permissions: { checks: 'write' } },
    repositories: [],
  })
  await person.rest.repos.transfer({ owner: 'ada', repo: 'gift', new_owner: 'grace' })
  expect(await told(there.bot, 'repository.transferred')).toMatchObject({
    repository: { full_name: 'grace/gift' },
    changes: { owner: { from: { user: { login: 'ada' } } } },
  })
  await expect(bot.rest.repos.get({ owner: 'ada', repo: 'gift' })).rejects.toMatchObject({ status: 404 })
  const { data } = await there.app.rest.apps.getRepoInstallation({ owner: 'grace', repo: 'gift' })
  const other = await asInstallation(there.home, there.forge, data.id)
  expect((await other.rest.repos.get({ owner: 'ada', repo: 'gift' })).data.full_name).toBe('grace/gift')
})

test('a deleted repository is told of and gone, and its name is free', async () => {
  await push('gone')
  const at = { owner: 'ada', repo: 'gone' }
  const { data } = await bot.rest.repos.get(at)
  await expect(bot.rest.repos.delete(at)).rejects.toMatchObject({ status: 403 })
  await there.person.rest.repos.delete(at)
  expect(await told(there.bot, 'repository.deleted')).toMatchObject({ repository: { id: data.id } })
  await expect(bot.rest.repos.get(at)).rejects.toMatchObject({ status: 404 })
  await expect(bot.request('GET /repositories/{id}', { id: data.id })).rejects.toMatchObject({ status: 404 })
  await push('gone')
  expect((await bot.rest.repos.get(at)).data.id).not.toBe(data.id)
})

test('a suspended installation hears nothing and reads nothing, until that ends', async () => {
  await there.person.request('PUT /_installations/{account}/suspended', { account: 'ada' })
  const event = await told(there.bot, 'installation.suspend')
  expect(event).toMatchObject({ installation: { id: installationId, suspended_by: { login: 'ada' } } })
  const before = pushes()
  await commit(there.tree, {}, 'Unheard')
  await git(there.tree, 'push', '--quiet', 'origin', 'HEAD:main')
  const suspended = { status: 403, message: expect.stringContaining('This installation has been suspended') as string }
  await expect(bot.rest.repos.get(there.repo)).rejects.toMatchObject(suspended)
  const fresh = await asInstallation(there.home, there.forge, installationId)
  await expect(fresh.rest.repos.get(there.repo)).rejects.toMatchObject(suspended)
  await there.person.request('DELETE /_installations/{account}/suspended', { account: 'ada' })
  await told(there.bot, 'installation.unsuspend')
  expect((await bot.rest.repos.get(there.repo)).data.full_name).toBe('ada/hello')
  expect(pushes()).toBe(before)
})

test('repositories are taken from an installation and given back to it', async () => {
  const choose = (repositories?: string[]) =>
    there.person.request('PUT /_installations/{account}/repositories', { account: 'ada', repositories })
  await push('other')
  await choose(['other'])
  const removed = await told(there.bot, 'installation_repositories.removed')
  const names = (removed['repositories_removed'] as { full_name: string }[]).map((each) => each.full_name)
  expect(names).toContain('ada/hello')
  expect(removed).toMatchObject({ repository_selection: 'selected', repositories_added: [] })
  await expect(bot.rest.repos.get(there.repo)).rejects.toMatchObject({ status: 404 })
  expect((await bot.rest.apps.listReposAccessibleToInstallation()).data.repositories.map(({ name }) => name)).toEqual([
    'other',
  ])
  await expect(there.app.rest.apps.getRepoInstallation(there.repo)).rejects.toMatchObject({ status: 404 })
  const before = pushes()
  await commit(there.tree, {}, 'Unheard too')
  await git(there.tree, 'push', '--quiet', 'origin', 'HEAD:main')
  expect(pushes()).toBe(before)
  await choose()
  expect(await told(there.bot, 'installation_repositories.added')).toMatchObject({ repository_selection: 'all' })
  expect((await bot.rest.repos.get(there.repo)).data.name).toBe('hello')
})

test('an installation without a right that the App asks for has neither the right nor its events', async () => {
  const account = 'ada'
  await there.person.request('PUT /_installations/{account}/permissions', {
    account,
    permissions: { contents: 'read', statuses: 'write' },
  })
  const old = await asInstallation(there.home, there.forge, installationId)
  const refused = old.rest.checks.create({ ...there.repo, name: 'x', head_sha: there.sha })
  await expect(refused).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration') as string,
  })
  const suites = there.bot.suites.length
  await commit(there.tree, {}, 'Without checks')
  await git(there.tree, 'push', '--quiet', 'origin', 'HEAD:main')
  expect(there.bot.suites).toHaveLength(suites)
  await there.person.request('DELETE /_installations/{account}/permissions', { account })
  expect(await told(there.bot, 'installation.new_permissions_accepted')).toMatchObject({
    installation: { permissions: { checks: 'write' }, events: expect.arrayContaining(['check_run']) as string[] },
  })
  const fresh = await asInstallation(there.home, there.forge, installationId)
  await expect(fresh.rest.checks.create({ ...there.repo, name: 'x', head_sha: there.sha })).resolves.toMatchObject({
    status: 201,
  })
})

test('a fork is a repository of its own, whose pushes nobody hears', async () => {
  const mary = withToken(there.forge, 'local:mary:read')
  const { data } = await mary.rest.repos.createFork(there.repo)
  expect(data).toMatchObject({ fork: true, full_name: 'mary/hello' })
  const before = pushes()
  const sha = await commit(there.tree, { 'fork.txt': 'x' }, 'Fork')
  await git(there.tree, 'push', '--quiet', `${there.origin}/mary/hello.git`, 'HEAD:refs/heads/fix')
  expect(pushes()).toBe(before)
  const head = { title: 'Fix', head: 'mary:fix', base: 'main' }
  const { data: pull } = await mary.rest.pulls.create({ ...there.repo, ...head })
  expect(pull).toMatchObject({ head: { sha, repo: { fork: true } }, user: { login: 'mary' } })
  expect((await bot.rest.repos.getCommit({ ...there.repo, ref: sha })).data.sha).toBe(sha)
  const files = await bot.paginate(bot.rest.pulls.listFiles, { ...there.repo, pull_number: pull.number })
  expect(files.map(({ filename }) => filename)).toEqual(['fork.txt'])
  const next = await commit(there.tree, { 'fork.txt': 'y' }, 'Fork again')
  await git(there.tree, 'push', '--quiet', `${there.origin}/mary/hello.git`, 'HEAD:refs/heads/fix')
  expect(await told(there.bot, 'pull_request.synchronize', { after: next })).toMatchObject({ before: sha })
  await there.person.rest.repos.delete({ owner: 'mary', repo: 'hello' })
  const at = { ...there.repo, pull_number: pull.number }
  expect((await bot.rest.pulls.get(at)).data.head.repo).toBeNull()
  await mary.rest.pulls.update({ ...at, state: 'closed' })
  // GitHub's description knows no head without a repository, but its events do.
  const closed = () => there.bot.received.findLast(({ payload }) => payload['action'] === 'closed')?.payload
  await expect.poll(closed).toMatchObject({ pull_request: { head: { repo: null, label: 'mary:fix' } } })
  await expect(mary.rest.pulls.update({ ...at, state: 'open' })).rejects.toMatchObject({ status: 422 })
})

test('an App that was taken away hears the end, has no rights, and is not brought back by a push', async () => {
  const { token } = (await bot.auth({ type: 'installation' })) as { token: string }
  await there.person.request('DELETE /_installations/{account}', { account: 'ada' })
  const event = await told(there.bot, 'installation.deleted')
  expect(event).toMatchObject({ installation: { id: installationId } })
  await expect(withToken(there.forge, token).rest.repos.get(there.repo)).rejects.toMatchObject({ status: 401 })
  const before = pushes()
  await commit(there.tree, {}, 'Nobody there')
  await git(there.tree, 'push', '--quiet', 'origin', 'HEAD:main')
  expect(pushes()).toBe(before)
  await expect(there.app.rest.apps.getRepoInstallation(there.repo)).rejects.toMatchObject({ status: 404 })
  await there.person.request('POST /_installations', { account: 'ada', repositories: ['hello'] })
  const { data } = await there.app.rest.apps.getRepoInstallation(there.repo)
  expect(data.id).not.toBe(installationId)
  expect(await told(there.bot, 'installation.created', {})).toMatchObject({
    repositories: [{ full_name: 'ada/hello' }],
  })
  const { data: all } = await there.app.rest.apps.listInstallations()
  expect(all.map(({ account }) => account && 'login' in account && account.login)).toEqual(['grace', 'ada'])
})

test('the webhook is pinged on demand', async () => {
  await there.person.request('POST /_ping')
  expect(await told(there.bot, 'ping')).toMatchObject({ hook: { type: 'App', active: true } })
  const { data } = await there.app.rest.apps.listWebhookDeliveries()
  expect(data.find(({ event }) => event === 'ping')).toMatchObject({ installation_id: null, repository_id: null })
})
