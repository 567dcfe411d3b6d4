import { beforeAll, expect, test, vi } from 'vitest'
import { sharedStage } from './shared-stage.ts'
import { commit, git, told, withToken } from './support.ts'

// Many real pushes, each with its processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const { there, bot } = await sharedStage()

beforeAll(async () => {
  await git(there.tree, 'push', '--quiet', 'origin', 'main:release')
})

async function branch(name: string): Promise<string> {
  await git(there.tree, 'checkout', '--quiet', '-b', name, there.sha)
  const sha = await commit(there.tree, { [`${name}.txt`]: 'x' })
  await git(there.tree, 'push', '--quiet', 'origin', name)
  return sha
}

async function open(name: string): Promise<{ number: number; sha: string }> {
  const sha = await branch(name)
  const { data } = await there.person.rest.pulls.create({ ...there.repo, title: name, head: name, base: 'main' })
  return { number: data.number, sha }
}

test('drafts, labels and another base are told of', async () => {
  const { number, sha } = await open('drafts')
  const ofCommit = async (commit_sha: string) =>
    (await bot.rest.repos.listPullRequestsAssociatedWithCommit({ ...there.repo, commit_sha })).data.map(
      (pull) => pull.number,
    )
  expect(await ofCommit(sha)).toEqual([number])
  expect(await ofCommit(there.sha)).toEqual([])
  const at = { ...there.repo, pull_number: number }
  const draft = (value: boolean) =>
    there.person.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/_draft', { ...at, draft: value })
  await draft(true)
  expect(await told(there.bot, 'pull_request.converted_to_draft')).toMatchObject({ pull_request: { draft: true } })
  await draft(false)
  expect(await told(there.bot, 'pull_request.ready_for_review')).toMatchObject({ pull_request: { draft: false } })

  const issue = { ...there.repo, issue_number: number }
  await there.person.rest.issues.addLabels({ ...issue, labels: ['preview'] })
  const labeled = await told(there.bot, 'pull_request.labeled')
  expect(labeled).toMatchObject({ label: { name: 'preview' }, pull_request: { labels: [{ name: 'preview' }] } })
  await there.person.rest.issues.removeLabel({ ...issue, name: 'preview' })
  expect(await told(there.bot, 'pull_request.unlabeled')).toMatchObject({ label: { name: 'preview' } })
  expect((await bot.rest.issues.listLabelsOnIssue(issue)).data.map((label) => label.name)).toEqual([])

  await there.person.rest.pulls.update({ ...at, base: 'release' })
  expect(await told(there.bot, 'pull_request.edited')).toMatchObject({
    changes: { base: { ref: { from: 'main' } } },
    pull_request: { base: { ref: 'release' } },
  })
})

test('pull requests are listed by state and head, page by page, and a robot is told from a person', async () => {
  const robot = withToken(there.forge, 'local:dependabot[bot]:write')
  await branch('lists')
  const first = await robot.rest.pulls.create({ ...there.repo, title: 'x', head: 'lists', base: 'main' })
  const second = await robot.rest.pulls.create({ ...there.repo, title: 'x', head: 'lists', base: 'release' })
  const [one, two] = [first.data.number, second.data.number]
  const opened = await told(there.bot, 'pull_request.opened', { number: two })
  expect(opened).toMatchObject({
    sender: { login: 'dependabot[bot]', type: 'Bot' },
    pull_request: { user: { type: 'Bot' } },
  })
  await robot.rest.pulls.update({ ...there.repo, pull_number: one, state: 'closed' })
  const numbers = async (query: object) =>
    (await bot.paginate(bot.rest.pulls.list, { ...there.repo, per_page: 1, ...query })).map(({ number }) => number)
  expect(await numbers({ state: 'all', head: 'ada:lists' })).toEqual([two, one])
  expect(await numbers({ head: 'ada:lists' })).toEqual([two])
  expect(await numbers({ state: 'closed' })).toEqual([one])
  expect(await numbers({ state: 'all', head: 'ada:nothing' })).toEqual([])
})

test('comments are told of with their author, whose rights can be asked for', async () => {
  const { number } = await open('comments')
  const at = { ...there.repo, issue_number: number }
  const eve = withToken(there.forge, 'local:eve:read')
  const { data } = await eve.rest.issues.createComment({ ...at, body: '/deploy' })
  expect(await told(there.bot, 'issue_comment.created')).toMatchObject({
    issue: { number, pull_request: { merged_at: null }, title: 'comments' },
    comment: { id: data.id, body: '/deploy', user: { login: 'eve', type: 'User' } },
    sender: { login: 'eve' },
  })
  await eve.rest.issues.updateComment({ ...there.repo, comment_id: data.id, body: '/rollback' })
  expect(await told(there.bot, 'issue_comment.edited')).toMatchObject({ changes: { body: { from: '/deploy' } } })
  const other = withToken(there.forge, 'local:mallory')
  const theft = other.rest.issues.updateComment({ ...there.repo, comment_id: data.id, body: 'x' })
  await expect(theft).rejects.toMatchObject({ status: 403 })
  await there.person.rest.issues.deleteComment({ ...there.repo, comment_id: data.id })
  await told(there.bot, 'issue_comment.deleted')

  const right = async (username: string) =>
    (await bot.rest.repos.getCollaboratorPermissionLevel({ ...there.repo, username })).data.permission
  await there.person.rest.repos.addCollaborator({ ...there.repo, username: 'grace', permission: 'maintain' })
  expect([await right('eve'), await right('grace'), await right('ada'), await right('local')]).toEqual([
    'read',
    'write',
    'admin',
    'admin',
  ])
  await expect(right('nobody')).rejects.toMatchObject({ status: 404 })
  for (let times = 0; times < 3; times += 1) await bot.rest.issues.createComment({ ...at, body: String(times) })
  const all = await bot.paginate(bot.rest.issues.listComments, { ...at, per_page: 2 })
  expect(all.map(({ body, user }) => [body, user?.type])).toEqual(['0', '1', '2'].map((body) => [body, 'Bot']))
})

test('a merge queue asks for checks on a commit of its own, and then merges or lets go', async () => {
  const { number, sha } = await open('queue')
  const at = { ...there.repo, number }
  const { data } = await there.person.request('POST /repos/{owner}/{repo}/pulls/{number}/_merge_queue', at)
  const group = data as { head_sha: string; head_ref: string }
  expect(group.head_ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-\d+-[0-9a-f]{40}$/)
  expect(await told(there.bot, 'merge_group.checks_requested')).toMatchObject({
    merge_group: { ...group, base_ref: 'refs/heads/main', base_sha: there.sha, head_commit: { id: group.head_sha } },
  })
  expect(await told(there.bot, 'push', { ref: group.head_ref })).toMatchObject({ created: true, after: group.head_sha })
  const status = { ...there.repo, sha: group.head_sha, state: 'success' as const, context: 'micropush/hello' }
  await bot.rest.repos.createCommitStatus(status)
  await there.person.request('DELETE /repos/{owner}/{repo}/pulls/{number}/_merge_queue', at)
  expect(await told(there.bot, 'merge_group.destroyed')).toMatchObject({ reason: 'merged' })
  expect(await told(there.bot, 'push', { ref: 'refs/heads/main', after: group.head_sha })).toMatchObject({
    forced: false,
  })
  expect(await told(there.bot, 'push', { ref: group.head_ref, deleted: true })).toMatchObject({
    before: group.head_sha,
  })
  const { data: pull } = await bot.rest.pulls.get({ ...there.repo, pull_number: number })
  expect(pull).toMatchObject({ state: 'closed', merged: true, head: { sha } })
})
