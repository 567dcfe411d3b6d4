import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asInstallation, git, gitEnvironment, stage, told } from './support.ts'

let there: Awaited<ReturnType<typeof stage>>

beforeAll(async () => {
  there = await stage()
})
afterAll(async () => {
  await there.end()
})

/** Empty commits upon what is there, in one go. */
async function addCommits(total: number, files: number): Promise<void> {
  const child = spawn('git', ['fast-import', '--quiet', '--force'], { cwd: there.tree, env: gitEnvironment })
  const exited = once(child, 'exit')
  for (let at = 0; at < total; at += 1) {
    const parent = at === 0 ? `from ${there.sha}\n` : ''
    const file = at < files ? `M 644 inline many/${at}.txt\ndata 1\nx\n` : ''
    child.stdin.write(
      `commit refs/heads/many\ncommitter Ada <ada@example.org> ${at} +0000\ndata 1\n.\n${parent}${file}\n`,
    )
  }
  child.stdin.end()
  await exited
}

test('a push tells of 2048 commits at most, and a comparison of 250 and of 300 files', async () => {
  await addCommits(2100, 310)
  await git(there.tree, 'push', '--quiet', 'origin', 'many:main')
  const { stdout } = await git(there.tree, 'rev-parse', 'many')
  const head = stdout.trim()
  const push = await told(there.bot, 'push', { after: head })
  expect(push['commits']).toHaveLength(2048)
  expect(push).toMatchObject({ head_commit: { id: head }, before: there.sha })
  const { data: installation } = await there.app.rest.apps.getRepoInstallation(there.repo)
  const bot = await asInstallation(there.home, there.forge, installation.id)
  const compare = (page?: number) =>
    bot.rest.repos.compareCommitsWithBasehead({
      ...there.repo,
      basehead: `${there.sha}...${head}`,
      ...(page === undefined ? {} : { page }),
    })
  const { data } = await compare()
  expect(data.commits).toHaveLength(250)
  expect(data).toMatchObject({ total_commits: 2100, ahead_by: 2100 })
  expect(data.files).toHaveLength(300)
  expect((await compare(2)).data.files).toEqual([])
})
