import { expect, test } from 'vitest'
import { sharedStage } from './shared-stage.ts'
import { commit, git, told } from './support.ts'

const { there, bot } = await sharedStage()

async function deploy(more: object): Promise<{ id: number }> {
  const { data } = await bot.rest.repos.createDeployment({ ...there.repo, ref: there.sha, ...more })
  if (!('id' in data)) throw new Error('no deployment was made')
  return data
}

const stateOf = async (deployment_id: number) =>
  (await bot.rest.repos.listDeploymentStatuses({ ...there.repo, deployment_id })).data[0]?.state

test('a branch behind the default branch is merged in place of deployed, unless that is refused', async () => {
  await git(there.tree, 'push', '--quiet', 'origin', 'main:behind')
  await commit(there.tree, { 'main.txt': 'x' }, 'Ahead')
  await git(there.tree, 'push', '--quiet', 'origin', 'main')
  const asked = { ...there.repo, ref: 'behind', required_contexts: [] }
  expect((await bot.rest.repos.createDeployment({ ...asked, auto_merge: false })).status).toBe(201)
  expect(await bot.rest.repos.createDeployment(asked)).toMatchObject({
    status: 202,
    data: { message: 'Auto-merged main into behind on deployment.' },
  })
  expect(await told(there.bot, 'push', { ref: 'refs/heads/behind', before: there.sha })).toMatchObject({
    forced: false,
  })
  expect((await bot.rest.repos.createDeployment(asked)).status).toBe(201)
})

test('a required context that nobody reported blocks, and an empty list asks for none', async () => {
  const named = deploy({ auto_merge: false, required_contexts: ['ci/none'] })
  await expect(named).rejects.toMatchObject({ status: 409, message: expect.stringContaining('Conflict') as string })
  await expect(deploy({ auto_merge: false, required_contexts: [] })).resolves.toHaveProperty('id')
})

test('a success retires what it follows in its environment, but neither previews nor production', async () => {
  const rest = { auto_merge: false, required_contexts: [] }
  const kinds = {
    staging: { ...rest, environment: 'staging' },
    production: { ...rest, environment: 'production' },
    preview: { ...rest, environment: 'preview/pr-1', transient_environment: true },
  }
  const states: Record<string, string | undefined> = {}
  for (const [name, kind] of Object.entries(kinds)) {
    const [first, second] = [await deploy(kind), await deploy(kind)]
    for (const { id } of [first, second]) {
      await bot.rest.repos.createDeploymentStatus({ ...there.repo, deployment_id: id, state: 'success' })
    }
    states[name] = await stateOf(first.id)
  }
  expect(states).toEqual({ staging: 'inactive', production: 'success', preview: 'success' })
  const list = async (query: object) => (await bot.rest.repos.listDeployments({ ...there.repo, ...query })).data.length
  expect(await list({ environment: 'preview/pr-1' })).toBe(2)
  expect(await list({ environment: 'preview/pr-1', ref: 'behind' })).toBe(0)
  expect(await list({ sha: there.sha, environment: 'staging' })).toBe(2)
})
