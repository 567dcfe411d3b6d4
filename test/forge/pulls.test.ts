import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Octokit } from '@octokit/rest'
import { expectValidWebhook } from '../openapi/validate.ts'
import { asInstallation, commit, git, stage, workTree } from './support.ts'

// Many real pushes, each with its processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

let there: Awaited<ReturnType<typeof stage>>
let bot: Octokit

beforeEach(async () => {
  there = await stage()
  const { data } = await there.app.rest.apps.getRepoInstallation(there.repo)
  bot = await asInstallation(there.home, there.forge, data.id)
})
afterEach(async () => {
  await there.end()
})

async function open(): Promise<{ number: number; sha: string }> {
  await git(there.tree, 'checkout', '--quiet', '-b', 'topic')
  const sha = await commit(there.tree, { 'topic.txt': 'x\n' }, 'Topic')
  await git(there.tree, 'push', '--quiet', 'origin', 'topic')
  const { data } = await there.person.rest.pulls.create({ ...there.repo, title: 'Topic', head: 'topic', base: 'main' })
  return { number: data.number, sha }
}

const pullEvents = () =>
  there.bot.received.filter(({ event }) => event === 'pull_request').map(({ payload }) => payload)

test('a pull request is opened, moves with its branch, and is closed and opened again', async () => {
  const { number, sha } = await open()
  const at = { ...there.repo, pull_number: number }
  const { data } = await bot.rest.pulls.get(at)
  expect(data).toMatchObject({
    number: 1,
    state: 'open',
    head: { sha, label: 'ada:topic' },
    commits: 1,
    changed_files: 1,
    additions: 1,
  })

  const moved = await commit(there.tree, { 'topic.txt': 'y\n' })
  await git(there.tree, 'push', '--quiet', 'origin', 'topic')
  expect((await bot.rest.pulls.list(there.repo)).data).toMatchObject([{ number, head: { sha: moved } }])
  await there.person.rest.pulls.update({ ...at, title: 'Better' })
  await there.person.rest.pulls.update({ ...at, state: 'closed' })
  await there.person.rest.pulls.update({ ...at, state: 'open' })
  await git(there.tree, 'push', '--quiet', 'origin', ':topic')
  expect((await bot.rest.pulls.get(at)).data.state).toBe('closed')
  await expect(there.person.rest.pulls.update({ ...at, state: 'open' })).rejects.toMatchObject({ status: 422 })

  await expect.poll(() => pullEvents().length).toBe(6)
  const events = pullEvents()
  const actions = ['opened', 'synchronize', 'edited', 'closed', 'reopened', 'closed']
  expect(events.map(({ action }) => action)).toEqual(actions)
  for (const event of events) expectValidWebhook(`pull-request-${String(event['action'])}`, event)
  expect(events[1]).toMatchObject({ before: sha, after: moved })
  const { stdout } = await git(there.tree, 'ls-remote', 'origin', 'refs/pull/*')
  expect(stdout).toBe(`${moved}\trefs/pull/1/head\n`)
  await expect(git(there.tree, 'push', 'origin', 'main:refs/pull/1/head')).rejects.toThrow(/hidden ref/)
})

test('a pull request from a fork keeps its commits in the base repository', async () => {
  const fork = await workTree(join(there.home, 'fork'), `${there.origin}/grace/hello.git`)
  await git(fork, 'fetch', '--quiet', `${there.origin}/ada/hello.git`, 'main')
  await git(fork, 'reset', '--quiet', '--hard', 'FETCH_HEAD')
  const sha = await commit(fork, { 'fork.txt': 'x' })
  await git(fork, 'push', '--quiet', 'origin', 'main:fix')
  const { data } = await there.person.rest.pulls.create({
    ...there.repo,
    title: 'Fix',
    head: 'grace:fix',
    base: 'main',
  })
  expect(data.head.repo.id).not.toBe(data.base.repo.id)
  expect((await bot.rest.repos.getCommit({ ...there.repo, ref: sha })).data.sha).toBe(sha)
  const again = await commit(fork, { 'fork.txt': 'y' })
  await git(fork, 'push', '--quiet', 'origin', 'main:fix')
  expect((await bot.rest.repos.getCommit({ ...there.repo, ref: again })).data.sha).toBe(again)
})

test('a merge moves the base branch, with a push and a closed pull request as events', async () => {
  const { number } = await open()
  const merged = await there.person.rest.pulls.merge({ ...there.repo, pull_number: number })
  const { data } = await bot.rest.pulls.get({ ...there.repo, pull_number: number })
  expect(data).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: merged.data.sha })
  const events = await there.bot.count(5)
  const told = events.slice(-2).map(({ event, payload }) => [event, payload.after ?? payload['action']])
  expect(told).toEqual(
    expect.arrayContaining([
      ['push', merged.data.sha],
      ['pull_request', 'closed'],
    ]),
  )
  await expect(there.person.rest.pulls.merge({ ...there.repo, pull_number: number })).rejects.toMatchObject({
    status: 405,
  })
})

test('what cannot be a pull request is refused', async () => {
  await open()
  const pull = { ...there.repo, title: 'x', base: 'main' }
  await expect(there.person.rest.pulls.create({ ...pull, head: 'topic' })).rejects.toMatchObject({ status: 422 })
  await expect(there.person.rest.pulls.create({ ...pull, head: 'nope' })).rejects.toMatchObject({ status: 422 })
  await expect(there.person.rest.pulls.create({ ...pull, head: 'nobody:main' })).rejects.toMatchObject({ status: 422 })
  await expect(bot.rest.pulls.get({ ...there.repo, pull_number: 99 })).rejects.toMatchObject({ status: 404 })
})

test('a comment is made, edited, listed and removed', async () => {
  const { number } = await open()
  const at = { ...there.repo, issue_number: number }
  const { data } = await bot.rest.issues.createComment({ ...at, body: 'Preview: …' })
  expect(data).toMatchObject({
    body: 'Preview: …',
    user: { login: 'micropush[bot]' },
    performed_via_github_app: { slug: 'micropush' },
  })
  const one = { ...there.repo, comment_id: data.id }
  await bot.rest.issues.updateComment({ ...one, body: 'Ready' })
  expect((await bot.rest.issues.listComments(at)).data).toMatchObject([{ body: 'Ready' }])
  expect((await bot.rest.issues.getComment(one)).data.body).toBe('Ready')
  await expect(bot.rest.issues.createComment({ ...at, body: 'x'.repeat(65_537) })).rejects.toMatchObject({
    status: 422,
  })
  await bot.rest.issues.deleteComment(one)
  await expect(bot.rest.issues.getComment(one)).rejects.toMatchObject({ status: 404 })
})
