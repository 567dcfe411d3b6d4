import { expect, test } from 'vitest'
import { sharedStage } from './shared-stage.ts'
import { commit, git, told, withToken } from './support.ts'

const { there, bot } = await sharedStage()

const actions = [
  { label: 'Redeploy', description: 'Build and start it again', identifier: 'redeploy' },
  { label: 'Roll back', description: 'Serve the one before', identifier: 'rollback' },
]

test('each pushed commit has a suite, which the App is asked to fill once', async () => {
  const event = await told(there.bot, 'check_suite.requested')
  expect(event).toMatchObject({
    check_suite: { head_sha: there.sha, head_branch: 'main', status: 'queued', conclusion: null },
    sender: { login: 'local' },
  })
  const sha = await commit(there.tree, {}, 'Next')
  await git(there.tree, 'push', '--quiet', 'origin', 'main', 'main:twin')
  await expect.poll(() => there.bot.suites.length).toBe(2)
  const { data } = await bot.rest.checks.listSuitesForRef({ ...there.repo, ref: sha })
  expect(data).toMatchObject({ total_count: 1, check_suites: [{ head_sha: sha }] })
})

test('annotations are added, fifty at most in one request, and are read page by page', async () => {
  const annotation = {
    path: 'micro.yml',
    start_line: 1,
    end_line: 1,
    annotation_level: 'failure' as const,
    message: 'No',
  }
  const output = { title: 'Failed', summary: 'x', annotations: Array.from({ length: 50 }, () => annotation) }
  const { data } = await bot.rest.checks.create({ ...there.repo, name: 'many', head_sha: there.sha, output })
  const at = { ...there.repo, check_run_id: data.id }
  const { data: more } = await bot.rest.checks.update({ ...at, output })
  expect(more.output.annotations_count).toBe(100)
  const all = await bot.paginate(bot.rest.checks.listAnnotations, { ...at, per_page: 40 })
  expect(all).toHaveLength(100)
  expect(all[0]).toMatchObject({ path: 'micro.yml', start_line: 1, message: 'No' })
  const tooMany = { ...output, annotations: [...output.annotations, annotation] }
  const unchecked = { headers: { 'x-unchecked': '1' } }
  const refused = bot.rest.checks.update({ ...at, ...unchecked, output: tooMany })
  await expect(refused).rejects.toMatchObject({ status: 422 })
  const long = bot.rest.checks.update({ ...at, ...unchecked, output: { title: 'x', summary: 'x'.repeat(65_536) } })
  await expect(long).rejects.toMatchObject({ status: 422 })
  const untitled = { summary: 'x' } as { title: string; summary: string }
  const refusedToo = bot.rest.checks.create({
    ...there.repo,
    name: 'x',
    head_sha: there.sha,
    ...unchecked,
    output: untitled,
  })
  await expect(refusedToo).rejects.toMatchObject({ status: 422 })
})

test('of runs with one name the newest is listed, and all of them on demand', async () => {
  const run = { ...there.repo, name: 'twice', head_sha: there.sha }
  const [{ data: first }, { data: second }] = [await bot.rest.checks.create(run), await bot.rest.checks.create(run)]
  const at = { ...there.repo, ref: there.sha, check_name: 'twice' }
  const ids = async (filter: 'latest' | 'all') =>
    (await bot.rest.checks.listForRef({ ...at, filter })).data.check_runs.map(({ id }) => id)
  expect(await ids('latest')).toEqual([second.id])
  expect(await ids('all')).toEqual([second.id, first.id])
})

test('a button of a completed run is pressed, and the App is told by whom', async () => {
  const run = { ...there.repo, name: 'hello', head_sha: there.sha, actions }
  const { data } = await bot.rest.checks.create({ ...run, status: 'in_progress' })
  const press = (identifier: string, who = 'local:eve:read') =>
    withToken(there.forge, who).request('POST /repos/{owner}/{repo}/check-runs/{id}/_actions', {
      ...there.repo,
      id: data.id,
      identifier,
    })
  await expect(press('redeploy')).rejects.toMatchObject({ status: 422 })
  await bot.rest.checks.update({ ...there.repo, check_run_id: data.id, conclusion: 'success' })
  await expect(press('nothing')).rejects.toMatchObject({ status: 422 })
  await press('redeploy')
  expect(await told(there.bot, 'check_run.requested_action')).toMatchObject({
    requested_action: { identifier: 'redeploy' },
    check_run: { id: data.id, name: 'hello', check_suite: { id: data.check_suite?.id } },
    sender: { login: 'eve', type: 'User' },
  })
  const right = await bot.rest.repos.getCollaboratorPermissionLevel({ ...there.repo, username: 'eve' })
  expect(right.data).toMatchObject({ permission: 'read', role_name: 'read', user: { login: 'eve' } })
})

test('a run and a suite are asked for again, and those that end are told as well', async () => {
  const { data } = await bot.rest.checks.create({ ...there.repo, name: 'again', head_sha: there.sha })
  await told(there.bot, 'check_run.created')
  await there.person.rest.checks.rerequestRun({ ...there.repo, check_run_id: data.id })
  expect(await told(there.bot, 'check_run.rerequested')).toMatchObject({ check_run: { id: data.id } })
  await there.person.rest.checks.rerequestSuite({ ...there.repo, check_suite_id: data.check_suite?.id ?? 0 })
  expect(await told(there.bot, 'check_suite.rerequested')).toMatchObject({ check_suite: { head_sha: there.sha } })
  await bot.rest.checks.update({ ...there.repo, check_run_id: data.id, conclusion: 'success' })
  expect(await told(there.bot, 'check_run.completed')).toMatchObject({ check_run: { conclusion: 'success' } })
  const reader = withToken(there.forge, 'local:eve:read')
  const refused = reader.rest.checks.rerequestRun({ ...there.repo, check_run_id: data.id })
  await expect(refused).rejects.toMatchObject({ status: 403 })
})
