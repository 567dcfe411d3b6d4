import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../forge/state/database.ts'
import { sharedStage } from './shared-stage.ts'
import { commit, git } from './support.ts'

const { there, bot } = await sharedStage()

test('a repository is found by name and by id', async () => {
  const { data } = await bot.rest.repos.get(there.repo)
  expect(await bot.request('GET /repositories/{id}', { id: data.id })).toMatchObject({
    data: { full_name: 'ada/hello' },
  })
})

test('a file is read at a commit, as base64 and raw; a folder is listed; what is not there is 404', async () => {
  const ref = there.sha
  const { data: file } = await bot.rest.repos.getContent({ ...there.repo, path: 'src/app.js', ref })
  expect(file).toMatchObject({ type: 'file', size: 4, encoding: 'base64', content: `${btoa('one\n')}\n` })
  const raw = await bot.rest.repos.getContent({ ...there.repo, path: 'src/app.js', ref, mediaType: { format: 'raw' } })
  expect(raw.data).toBe('one\n')
  const { data: root } = await bot.rest.repos.getContent({ ...there.repo, path: '', ref: 'main' })
  expect(root).toMatchObject([
    { name: 'micro.yml', type: 'file' },
    { name: 'src', type: 'dir' },
  ])
  const { data: folder } = await bot.rest.repos.getContent({ ...there.repo, path: 'src' })
  expect(folder).toMatchObject([{ path: 'src/app.js' }])
  for (const at of [
    { path: 'nope' },
    { path: 'micro.yml', ref: 'nope' },
    { path: '../../etc/passwd' },
    { path: 'src', ref: 'main~1' },
  ]) {
    await expect(bot.rest.repos.getContent({ ...there.repo, ...at })).rejects.toMatchObject({ status: 404 })
  }
})

test('branches, refs and commits are read, slashes and all', async () => {
  await git(there.tree, 'push', '--quiet', 'origin', 'main:refs/heads/feature/x')
  const { data: branches } = await bot.rest.repos.listBranches(there.repo)
  expect(branches.map(({ name }) => name)).toEqual(['feature/x', 'main'])
  expect(await bot.rest.repos.getBranch({ ...there.repo, branch: 'feature/x' })).toMatchObject({
    data: { commit: { sha: there.sha } },
  })
  expect(await bot.rest.git.getRef({ ...there.repo, ref: 'heads/feature/x' })).toMatchObject({
    data: { object: { sha: there.sha, type: 'commit' } },
  })
  await expect(bot.rest.git.getRef({ ...there.repo, ref: 'heads/nope' })).rejects.toMatchObject({ status: 404 })
  await expect(bot.rest.repos.getBranch({ ...there.repo, branch: 'nope' })).rejects.toMatchObject({ status: 404 })
  const { data } = await bot.rest.repos.getCommit({ ...there.repo, ref: 'feature/x' })
  expect(data).toMatchObject({
    sha: there.sha,
    parents: [],
    stats: { total: 2 },
    files: [{ filename: 'micro.yml', status: 'added' }, { filename: 'src/app.js' }],
  })
  await expect(bot.rest.repos.getCommit({ ...there.repo, ref: 'f'.repeat(40) })).rejects.toMatchObject({ status: 422 })
})

test('two commits are compared, with renamed files told as such', async () => {
  await git(there.tree, 'checkout', '--quiet', '-b', 'renames')
  await git(there.tree, 'mv', 'src/app.js', 'src/new name.js')
  const head = await commit(there.tree, { 'b.txt': 'b\nc\n' }, 'Rename')
  await git(there.tree, 'push', '--quiet', 'origin', 'renames')
  const { data } = await bot.rest.repos.compareCommitsWithBasehead({ ...there.repo, basehead: `main...${head}` })
  expect(data).toMatchObject({
    status: 'ahead',
    ahead_by: 1,
    behind_by: 0,
    total_commits: 1,
    commits: [{ sha: head }],
    files: [
      { filename: 'b.txt', status: 'added', additions: 2, deletions: 0 },
      { filename: 'src/new name.js', status: 'renamed', previous_filename: 'src/app.js' },
    ],
  })
  const { data: same } = await bot.rest.repos.compareCommitsWithBasehead({ ...there.repo, basehead: 'main...main' })
  expect(same).toMatchObject({ status: 'identical', files: [] })
  const { data: list } = await bot.rest.repos.listCommits({ ...there.repo, sha: 'renames', per_page: 1 })
  expect(list).toMatchObject([{ sha: head }])
  const pages = await bot.paginate(bot.rest.repos.listCommits, { ...there.repo, sha: 'renames', per_page: 1 })
  expect(pages.map(({ sha }) => sha)).toEqual([head, there.sha])
  const { data: ofFile } = await bot.rest.repos.listCommits({ ...there.repo, sha: 'renames', path: 'micro.yml' })
  expect(ofFile).toMatchObject([{ sha: there.sha }])
})

test("a commit status has GitHub's limits", async () => {
  const status = { ...there.repo, sha: there.sha, state: 'pending' as const, context: 'micropush/hello' }
  const { data } = await bot.rest.repos.createCommitStatus({
    ...status,
    description: '·'.repeat(140),
    target_url: 'http://x.localhost/',
  })
  expect(data).toMatchObject({
    state: 'pending',
    creator: { login: 'micropush[bot]', type: 'Bot' },
    target_url: 'http://x.localhost/',
  })
  const tooLong = bot.rest.repos.createCommitStatus({ ...status, description: 'x'.repeat(141) })
  await expect(tooLong).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('maximum is 140') as string,
  })
  const unknown = bot.rest.repos.createCommitStatus({ ...status, sha: 'f'.repeat(40) })
  await expect(unknown).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining(`No commit found for SHA: ${'f'.repeat(40)}`) as string,
  })
  const emoji = bot.rest.repos.createCommitStatus({ ...status, description: '🚀' })
  await expect(emoji).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining("doesn't accept 4-byte Unicode") as string,
  })
  const noLink = bot.rest.repos.createCommitStatus({ ...status, target_url: 'javascript:alert(1)' })
  await expect(noLink).rejects.toMatchObject({ status: 422 })
})

test('contexts do not tell upper from lower case, and the combined status is the worst of the newest', async () => {
  const sha = await commit(there.tree, {}, 'For statuses')
  await git(there.tree, 'push', '--quiet', 'origin', 'HEAD:main')
  const say = (context: string, state: 'error' | 'failure' | 'pending' | 'success') =>
    bot.rest.repos.createCommitStatus({ ...there.repo, sha, context, state })
  const state = async () => (await bot.rest.repos.getCombinedStatusForRef({ ...there.repo, ref: 'main' })).data.state
  expect(await state()).toBe('pending')
  await say('Micropush/A', 'failure')
  await say('micropush/b', 'success')
  expect(await state()).toBe('failure')
  await say('micropush/a', 'pending')
  expect(await state()).toBe('pending')
  await say('micropush/a', 'success')
  expect(await state()).toBe('success')
  const { data } = await bot.rest.repos.getCombinedStatusForRef({ ...there.repo, ref: sha })
  expect(data.total_count).toBe(2)
  const { data: all } = await bot.rest.repos.listCommitStatusesForRef({ ...there.repo, ref: sha })
  expect(all.map((each) => each.state)).toEqual(['success', 'pending', 'success', 'failure'])
})

test('a context takes a thousand statuses and no more', async () => {
  const send = async () => {
    const status = { ...there.repo, sha: there.sha, state: 'pending' as const, context: 'Many' }
    return bot.rest.repos.createCommitStatus(status)
  }
  const first = await send()
  const database = openDatabase(join(there.home, 'forge', 'forge.db'))
  database.transaction(() => {
    for (let at = 0; at < 998; at += 1) {
      database.run(
        `INSERT INTO statuses (repository_id, sha, context, state, creator_id, created_at_ms)
         SELECT repository_id, sha, 'many', state, creator_id, created_at_ms FROM statuses WHERE id = ?`,
        first.data.id,
      )
    }
  })
  database.close()
  await send()
  await expect(send()).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('maximum number') as string,
  })
})

test('a deployment goes through its states, and conflicts with statuses that are not yet good', async () => {
  const deployment = { ...there.repo, ref: there.sha, environment: 'preview', auto_merge: false }
  await bot.rest.repos.createCommitStatus({ ...there.repo, sha: there.sha, state: 'pending', context: 'ci' })
  await expect(bot.rest.repos.createDeployment(deployment)).rejects.toMatchObject({ status: 409 })
  const { data } = await bot.rest.repos.createDeployment({
    ...deployment,
    required_contexts: [],
    transient_environment: true,
  })
  if (!('id' in data)) throw new Error('no deployment was made')
  const at = { ...there.repo, deployment_id: data.id }
  expect(data).toMatchObject({
    sha: there.sha,
    environment: 'preview',
    transient_environment: true,
    production_environment: false,
  })
  await bot.rest.repos.createDeploymentStatus({ ...at, state: 'in_progress', log_url: 'http://log.localhost/' })
  const { data: live } = await bot.rest.repos.createDeploymentStatus({
    ...at,
    state: 'success',
    environment_url: 'http://x.localhost/',
  })
  expect(live).toMatchObject({ state: 'success', environment_url: 'http://x.localhost/' })
  expect((await bot.rest.repos.listDeploymentStatuses(at)).data.map(({ state }) => state)).toEqual([
    'success',
    'in_progress',
  ])
  expect(await bot.rest.repos.getDeploymentStatus({ ...at, status_id: live.id })).toMatchObject({
    data: { id: live.id },
  })
  expect(await bot.rest.repos.listDeployments({ ...there.repo, environment: 'preview' })).toMatchObject({
    data: [{ id: data.id }],
  })
  expect(await bot.rest.repos.getDeployment(at)).toMatchObject({ data: { id: data.id } })
  await bot.rest.repos.createDeployment({ ...deployment, required_contexts: [] })
  await expect(bot.rest.repos.deleteDeployment(at)).rejects.toMatchObject({ status: 422 })
  await bot.rest.repos.createDeploymentStatus({ ...at, state: 'inactive' })
  await expect(bot.rest.repos.deleteDeployment(at)).resolves.toMatchObject({ status: 204 })
  const long = bot.rest.repos.createDeploymentStatus({
    ...at,
    state: 'success',
    description: 'x'.repeat(141),
    headers: { 'x-unchecked': '1' },
  })
  await expect(long).rejects.toMatchObject({ status: 404 })
})

test('an App writes check runs, and nobody else does', async () => {
  const run = { ...there.repo, name: 'hello', head_sha: there.sha }
  await expect(there.person.rest.checks.create(run)).rejects.toMatchObject({ status: 403 })
  const { data } = await bot.rest.checks.create({ ...run, status: 'in_progress' })
  expect(data).toMatchObject({ status: 'in_progress', conclusion: null, app: { slug: 'micropush' } })
  const at = { ...there.repo, check_run_id: data.id }
  const output = { title: 'Built', summary: '*well*' }
  const { data: done } = await bot.rest.checks.update({ ...at, conclusion: 'success', output })
  expect(done).toMatchObject({ status: 'completed', conclusion: 'success', output })
  expect(await bot.rest.checks.get(at)).toMatchObject({ data: { id: data.id } })
  expect(await bot.rest.checks.listForRef({ ...there.repo, ref: there.sha })).toMatchObject({
    data: { total_count: 1 },
  })
})

test('an answer that is known already is 304, and each answer tells the rate', async () => {
  const first = await bot.rest.repos.get(there.repo)
  expect(Number(first.headers['x-ratelimit-remaining'])).toBeGreaterThan(1000)
  const again = bot.rest.repos.get({ ...there.repo, headers: { 'if-none-match': first.headers.etag } })
  await expect(again).rejects.toMatchObject({ status: 304 })
  await expect(bot.rest.rateLimit.get()).resolves.toMatchObject({ status: 200 })
  await expect(bot.rest.meta.get()).resolves.toMatchObject({ status: 200 })
})

test('the default branch can be changed by a person, and not by the App', async () => {
  await expect(
    bot.request('PATCH /repos/{owner}/{repo}', { ...there.repo, default_branch: 'main' }),
  ).rejects.toMatchObject({ status: 403 })
  await there.person.request('PATCH /repos/{owner}/{repo}', { ...there.repo, default_branch: 'renames' })
  await git(there.tree, 'push', '--quiet', 'origin', ':main')
  expect(await bot.rest.repos.get(there.repo)).toMatchObject({ data: { default_branch: 'renames' } })
})

test('bodies that are too large, no JSON or of a wrong shape are refused', async () => {
  const send = async (body: string) => {
    const response = await fetch(`${there.forge.apiUrl}/repos/ada/hello/statuses/${there.sha}`, {
      method: 'POST',
      headers: { authorization: 'token local' },
      body,
    })
    return { status: response.status, body: await response.json() }
  }
  expect(await send('{')).toMatchObject({ status: 400, body: { message: 'Problems parsing JSON', status: '400' } })
  expect(await send('{"state":"done"}')).toMatchObject({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ field: 'state' }] },
  })
  expect(await send(`"${'x'.repeat(6 * 1024 * 1024)}"`)).toMatchObject({ status: 413 })
})

test('links and large files are read as GitHub reads them', async () => {
  await git(there.tree, 'checkout', '--quiet', '-B', 'odd')
  await symlink('../micro.yml', join(there.tree, 'src', 'link'))
  await symlink('/etc/passwd', join(there.tree, 'out'))
  await commit(there.tree, { 'large.txt': 'x'.repeat(1024 * 1024 + 1) })
  await git(there.tree, 'push', '--quiet', 'origin', 'odd')
  const at = { ...there.repo, ref: 'odd' }
  const read = async (path: string) => (await bot.rest.repos.getContent({ ...at, path })).data
  expect(await read('src/link')).toMatchObject({ type: 'file', content: `${btoa('v: 1\n')}\n` })
  expect(await read('out')).toMatchObject({ type: 'symlink', target: '/etc/passwd' })
  expect(await read('large.txt')).toMatchObject({ size: 1024 * 1024 + 1, encoding: 'none', content: '' })
  const raw = await bot.rest.repos.getContent({ ...at, path: 'large.txt', mediaType: { format: 'raw' } })
  expect(raw.data).toHaveLength(1024 * 1024 + 1)
})

test.each([
  'contents/a%00b',
  'contents/%2e%2e%2f%2e%2e',
  'contents/%',
  'commits/--help',
  'commits/@%7B-1%7D',
  'compare/a',
  'deployments/x',
  'git/ref/heads%2F..',
])('the address %s finds nothing, and harms nothing', async (path) => {
  const response = await fetch(`${there.forge.apiUrl}/repos/ada/hello/${path}`)
  expect([400, 404, 422]).toContain(response.status)
  await response.arrayBuffer()
})
