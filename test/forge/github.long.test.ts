import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGitHub, until, type GitHub } from '../journey/support/github.ts'
import { asInstallation, commit, git, stage } from './support.ts'

let there: Awaited<ReturnType<typeof stage>>
let bot: Octokit
let github: GitHub
const hello = 'ada/hello'

beforeAll(async () => {
  there = await stage()
  const { data } = await there.app.rest.apps.getRepoInstallation(there.repo)
  bot = await asInstallation(there.home, there.forge, data.id)
  github = createGitHub(there.origin)
})
afterAll(async () => {
  await there.end()
})

test('journeys open pull requests, comment and press buttons as whom they like', async () => {
  await git(there.tree, 'checkout', '--quiet', '-b', 'topic')
  const sha = await commit(there.tree, { 'x.txt': 'x' })
  await git(there.tree, 'push', '--quiet', 'origin', 'topic')
  const number = await github.openPull(hello, { head: 'topic' })
  const eve = github.as('eve', 'read')
  await eve.comment(hello, number, '/deploy')
  expect(await github.comments(hello, number)).toMatchObject([{ body: '/deploy', user: { login: 'eve' } }])

  const actions = [{ label: 'Redeploy', description: 'Once more', identifier: 'redeploy' }]
  await bot.rest.checks.create({ ...there.repo, name: 'hello', head_sha: sha, conclusion: 'success', actions })
  const [run] = await github.checkRuns(hello, sha)
  await eve.press(hello, run?.id ?? 0, 'redeploy')
  const presses = () => there.bot.received.filter(({ payload }) => payload['action'] === 'requested_action')
  expect(await until(presses, ({ length }) => length === 1)).toMatchObject([{ payload: { sender: { login: 'eve' } } }])
  await expect(eve.call('DELETE', `/repos/${hello}`)).rejects.toThrow(/403.*Must have admin rights/)
})

test('journeys order misbehaviour towards the App, which they do not meet themselves', async () => {
  await github.misbehave({ requests: [{ status: 500, probability: 1 }] })
  await expect(bot.rest.repos.get(there.repo)).rejects.toMatchObject({ status: 500 })
  await expect(github.call('GET', `/repos/${hello}`)).resolves.toMatchObject({ full_name: hello })
  await github.behave()
  await expect(bot.rest.repos.get(there.repo)).resolves.toMatchObject({ status: 200 })
  expect(await github.faultsDone()).toMatchObject([{ kind: 'request', fault: '500' }])
  const never = until(
    () => 0,
    (value) => value > 0,
    0,
  )
  await expect(never).rejects.toThrow('it did not come about: 0')
})
