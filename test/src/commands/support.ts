import { afterAll, beforeEach, expect } from 'vitest'
import type { Deployment, DeploymentBase } from '../../../contract/deployment.ts'
import type { CommandJob } from '../../../contract/jobs/command.ts'
import type { PointJob } from '../../../contract/jobs/work.ts'
import {
  createDeployment,
  getDeployment,
  nextSequence,
  transitionDeployment,
} from '../../../contract/store/deployments.ts'
import { publishDeployment } from '../../../contract/store/micros.ts'
import { pointDeployment } from '../../../contract/store/pauses.ts'
import { noteProgress } from '../../../contract/store/progress.ts'
import { handleCommand } from '../../../src/commands/handle-command.ts'
import { readCheck } from '../../../src/events/read-check.ts'
import { readComment } from '../../../src/events/read-comment.ts'
import type { Read } from '../../../src/events/read.ts'
import type { JobResult } from '../../../src/jobs/queue.ts'
import { commit, git, stage, withToken } from '../../forge/support.ts'
import { startPartsOn } from '../support/on-forge.ts'
import { sampleBase, sampleConfig } from '../support/samples.ts'

type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin'

/** The same for all tests of a file: each finds its Redis empty, and it is gone after the last. */
export async function sharedDesk() {
  const desk = await openDesk()
  beforeEach(async () => {
    await desk.parts.store.redis.flushdb()
  })
  afterAll(() => desk[Symbol.asyncDispose]())
  return desk
}

/** A forge with a repository `ada/hello` and its pull request 1, a Redis, and commands that are carried out as they come from the forge. */
async function openDesk() {
  const there = await stage()
  const { parts, installationId, repositoryId } = await startPartsOn(there)
  const { store, queues } = parts
  const place = { repositoryId, installationId, owner: 'ada', repository: 'hello' }
  const deps = { ...parts, now: Date.now }
  await git(there.tree, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic')
  await git(there.tree, 'checkout', '--quiet', '-b', 'topic')
  const topic = await commit(there.tree, { 'micro.yml': 'v: 1\n# more\n' })
  await git(there.tree, 'push', '--quiet', 'origin', 'topic')
  await git(there.tree, 'checkout', '--quiet', 'main')
  await there.person.rest.pulls.create({ ...there.repo, head: 'topic', base: 'main', title: 'topic' })

  /** What a delivery of the forge becomes, once it has come. */
  const readNext = async (event: string, holds: (payload: Record<string, unknown>) => boolean): Promise<Read> => {
    const find = () => there.bot.received.findLast((one) => one.event === event && holds(one.payload))
    await expect.poll(find, { timeout: 10_000 }).toBeDefined()
    const found = find()
    const delivery = { deliveryId: found?.guid ?? '', payload: found?.payload, receivedAtMs: Date.now() }
    return event === 'check_run' ? readCheck(delivery) : readComment(delivery)
  }
  const work = async (read: Read): Promise<{ readonly job: CommandJob | undefined; readonly result: JobResult }> => {
    if (read.queue !== 'command')
      return { job: undefined, result: { kind: 'done', what: read.queue === 'none' ? read.reason : read.queue } }
    const job = { ...read.job, sequence: await nextSequence(store) }
    return { job, result: await handleCommand(job, deps) }
  }
  /** A deployment of the micro `hello`, queued. */
  const queued = async (over: Partial<DeploymentBase> = {}): Promise<Deployment> => {
    const sequence = await nextSequence(store)
    const sha = sequence.toString(16).padStart(7, 'a').padEnd(40, '0')
    const base = { ...sampleBase(), ...place, config: sampleConfig(), sequence, sha, createdAtMs: Date.now(), ...over }
    expect((await createDeployment(store, base)).kind).toBe('created')
    return read(base.id)
  }
  const read = async (id: string): Promise<Deployment> => {
    const found = await getDeployment(store, id)
    if (found === undefined) throw new Error('no record')
    return found
  }

  return {
    ...there,
    parts,
    deps,
    place,
    /** The head of the pull request. */
    topic,
    queued,
    read,
    async live(over: Partial<DeploymentBase> = {}): Promise<Deployment> {
      const one = await queued(over)
      await transitionDeployment(store, { id: one.id, from: ['queued'], to: 'starting' })
      const label = one.target.kind === 'preview' ? `pr-${one.target.pull}--${one.config.name}` : one.config.name
      await publishDeployment(store, { deployment: one, hosts: [`${label}.test`], outcome: {} })
      return read(one.id)
    },
    /** Somebody comments on the pull request, and the bot does what it does. */
    async comment(who: { readonly login: string; readonly role: Role }, body: string, at = 1) {
      const octokit = withToken(there.forge, `local:${who.login}:${who.role}`)
      const { data } = await octokit.rest.issues.createComment({ ...there.repo, issue_number: at, body })
      const { job, result } = await work(
        await readNext('issue_comment', ({ comment }) => (comment as { id: number }).id === data.id),
      )
      return { id: data.id, job, result }
    },
    /** Somebody presses a button of the check run of a deployment. */
    async press(who: { readonly login: string; readonly role: Role }, deployment: Deployment, identifier: string) {
      const bot = parts.github.forInstallation(installationId)
      const { data: run } = await bot.rest.checks.create({
        ...there.repo,
        name: 'hello (log)',
        head_sha: there.sha,
        external_id: deployment.id,
        status: 'completed',
        conclusion: 'success',
        actions: [{ label: identifier, description: identifier, identifier }],
      })
      const octokit = withToken(there.forge, `local:${who.login}:${who.role}`)
      await octokit.request(`POST /repos/ada/hello/check-runs/${run.id}/_actions`, { identifier })
      return work(
        await readNext(
          'check_run',
          ({ action, check_run: shown }) => action === 'requested_action' && (shown as { id: number }).id === run.id,
        ),
      )
    },
    async again(job: CommandJob | undefined): Promise<JobResult> {
      if (job === undefined) throw new Error('there was no command')
      return handleCommand(job, deps)
    },
    /** What the runner was asked for; as it would, done at once. */
    async point(): Promise<PointJob | undefined> {
      const [waiting] = await queues.restart.getJobs(['waiting'])
      const point = waiting?.data as PointJob | undefined
      if (waiting === undefined || point === undefined) return undefined
      await waiting.remove()
      const { why, by, sequence, pointId: token, deploymentId } = point
      await pointDeployment(store, {
        why,
        by,
        sequence,
        token,
        hosts: ['hello.test'],
        deployment: await read(deploymentId),
      })
      await noteProgress(store, token, { state: 'done', message: 'Live' })
      return point
    },
    async reactions(comment: number): Promise<string[]> {
      const url = `${there.forge.apiUrl}/repos/ada/hello/issues/comments/${comment}/reactions`
      const answer = await fetch(url, { headers: { authorization: 'Bearer local' } })
      return ((await answer.json()) as { content: string }[]).map(({ content }) => content)
    },
    /** What the bot has written on the pull request. */
    async replies(): Promise<string[]> {
      const { data } = await there.person.rest.issues.listComments({ ...there.repo, issue_number: 1, per_page: 100 })
      return data.filter(({ user }) => user?.type === 'Bot').map(({ body }) => body ?? '')
    },
    async waiting(): Promise<(string | undefined)[]> {
      return (await queues.work.getJobs(['waiting'])).map(({ id }) => id)
    },
    async [Symbol.asyncDispose]() {
      await there.end()
      await parts[Symbol.asyncDispose]()
    },
  }
}
