import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from './support/github.ts'
import type { Repository } from './support/repository.ts'
import { startStack, type Stack } from './support/stack.ts'

const name = 'ada/site'
const app = (words: string) => `module.exports = (request, response) => response.end('${words}')\n`
const config = 'v: 1\nmicros:\n  - src: web\n    runtime: nodejs24\n'

interface Deployment {
  readonly id: number
  readonly environment: string
  readonly task: string
}

interface DeploymentStatus {
  readonly state: string
  readonly environment_url: string
  readonly log_url: string
}

let stack: Stack
let repository: Repository
beforeAll(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
  repository = await stack.repository(name)
})
afterAll(async () => {
  await repository[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
})

async function push(files: Record<string, string>, branch = 'main'): Promise<string> {
  await repository.write(files)
  const sha = await repository.commit()
  await repository.push(branch)
  return sha
}

/** GitHub's Deployments of a commit, `<environment> <task>` → the newest status. */
async function deployments(sha: string): Promise<Record<string, DeploymentStatus | undefined>> {
  const all = await stack.github.call<Deployment[]>('GET', `/repos/${name}/deployments?sha=${sha}`)
  const read = async ({ id, environment, task }: Deployment) => {
    const statuses = await stack.github.call<DeploymentStatus[]>('GET', `/repos/${name}/deployments/${id}/statuses`)
    return [`${environment} ${task}`, statuses[0]] as const
  }
  return Object.fromEntries(await Promise.all(all.map(read)))
}

const isEvery = (state: string, count: number) => (found: Record<string, DeploymentStatus | undefined>) =>
  Object.values(found).filter((status) => status?.state === state).length === count

it('a push is shown by a Deployment and a check run beside its status, ending with it', async () => {
  const sha = await push({ 'micro.yml': config, 'web/index.js': app('web') })
  const found = await until(() => deployments(sha), isEvery('success', 1))
  const url = `http://web--ada.localhost:${stack.gatewayPort}`
  expect(found['production deploy:web']).toMatchObject({ environment_url: url })
  expect(found['production deploy:web']?.log_url).toMatch(/\/d\/d[0-9a-f]{30}$/)
  const runs = await until(
    () => stack.github.checkRuns(name, sha),
    (all) => all[0]?.status === 'completed',
  )
  expect(runs.map((run) => [run.name, run.conclusion])).toEqual([['web (log)', 'success']])
  const [web] = runs
  expect(web?.output.summary).toContain(`| Endpoint | ${url} |`)
  expect(web?.output.text).toContain('==> Live at')
})

it('a GitHub that takes no word holds up no deployment, and is told when it does', async () => {
  const path = '/(statuses|deployments|check-runs)'
  await stack.github.misbehave({ requests: [{ method: 'POST', path, status: 500, times: 1_000_000 }] })
  const sha = await push({ 'web/index.js': app('unheard') })
  await until(
    async () => (await stack.ask(stack.host('web--ada'))).body,
    (body) => body === 'unheard',
  )
  expect(await stack.statuses(name, sha)).toEqual([])
  await stack.github.behave()
  expect((await stack.outcome(name, sha, 'micropush/web')).state).toBe('success')
})

it('a failure is shown on the line that it names, and what is live stays what it was', async () => {
  const sha = await push({ 'web/index.js': 'const a = 1\nfunction ( {\n' })
  const [run] = await until(
    async () => (await stack.github.checkRuns(name, sha)).filter((one) => one.name === 'web (log)'),
    (all) => all[0]?.status === 'completed',
  )
  expect(run?.conclusion).toBe('failure')
  const path = `/repos/${name}/check-runs/${run?.id}/annotations`
  const marks = await stack.github.call<{ path: string; start_line: number }[]>('GET', path)
  expect(marks).toMatchObject([{ path: 'web/index.js', start_line: 2 }])
  await until(
    () => deployments(sha),
    (found) => found['production deploy:web']?.state === 'failure',
  )
})

it('a config file that is wrong is marked on its lines', async () => {
  const sha = await push({ 'micro.yml': `${config}    runtme: x\n` })
  const [run] = await until(
    () => stack.github.checkRuns(name, sha),
    (all) => all.length === 1,
  )
  expect(run).toMatchObject({ name: 'micro.yml', conclusion: 'failure' })
  const path = `/repos/${name}/check-runs/${run?.id}/annotations`
  expect(await stack.github.call('GET', path)).toMatchObject([{ path: 'micro.yml', start_line: 5 }])
})

it('a pull request has one comment with the links of its previews, which ends with them', async () => {
  await repository.git('checkout', '--quiet', '-b', 'topic')
  const sha = await push({ 'micro.yml': config, 'web/index.js': app('topic') }, 'topic')
  const pull = await stack.github.openPull(name, { head: 'topic' })
  const url = `http://pr-${pull}--web--ada.localhost:${stack.gatewayPort}`
  const [comment] = await until(
    () => stack.github.comments(name, pull),
    ([one]) => one?.body.includes('✅ Live') === true,
  )
  expect(comment?.body).toContain(`| web | [Open](${url}) | ✅ Live |`)
  await until(() => deployments(sha), isEvery('success', 1))
  await stack.github.call('PATCH', `/repos/${name}/pulls/${pull}`, { state: 'closed' })
  const ended = await until(() => deployments(sha), isEvery('inactive', 1))
  expect(Object.keys(ended)).toEqual([`preview/pr-${pull} deploy:web`])
  const all = await until(
    () => stack.github.comments(name, pull),
    ([one]) => one?.body.includes('have **ended**') === true,
  )
  expect(all.map(({ id }) => id)).toEqual([comment?.id])
})

it('a merge queue is let through by a status for each micro', async () => {
  await repository.git('checkout', '--quiet', '-b', 'merging')
  await push({ 'web/index.js': app('merging') }, 'merging')
  const pull = await stack.github.openPull(name, { head: 'merging' })
  const group = await stack.github.call<{ head_sha: string }>('POST', `/repos/${name}/pulls/${pull}/_merge_queue`)
  const statuses = await until(
    () => stack.statuses(name, group.head_sha),
    (found) => found.length === 1,
  )
  expect(statuses).toMatchObject([{ context: 'micropush/web', state: 'success' }])
})
