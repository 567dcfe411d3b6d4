import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Queue } from 'bullmq'
import { reportJob } from '../../../../contract/jobs/report.ts'
import { openQueues } from '../../../../contract/queue.ts'
import { getDeployment } from '../../../../contract/store/deployments.ts'
import { targetKey } from '../../../../contract/target-key.ts'
import type { Stack } from '../../support/stack.ts'
import type { World } from '../world.ts'

const run = promisify(execFile)

/** What has no owner any more: in the queues, in Redis, in Docker, on the disk. */
export async function leftOver(world: World): Promise<string[]> {
  const lists = await Promise.all([jobsLeft(world), keysLeft(world), boxesLeft(world), deathsOf(world)])
  return lists.flat()
}

async function jobsLeft(world: World): Promise<string[]> {
  const { stack } = world
  const queues = openQueues(stack.store.redis, stack.env['MICROPUSH_REDIS_PREFIX'] ?? '')
  try {
    const faults: string[] = []
    for (const queue of Object.values(queues).filter((one: unknown) => one instanceof Queue)) {
      for (const job of await queue.getJobs(['waiting', 'active', 'delayed', 'prioritized', 'failed'])) {
        const state = await job.getState()
        if (state === 'completed' || state === 'unknown' || (state === 'delayed' && (await isReserve(world, job.data))))
          continue
        faults.push(
          `the queue ${queue.name} has a job that is ${state}: ${JSON.stringify(job.data).slice(0, 150)} ${job.failedReason ?? ''}`,
        )
      }
    }
    return faults
  } finally {
    await queues.close()
  }
}

/** Of what was cancelled GitHub is told in some minutes, should the runner never have come to it. */
async function isReserve({ stack }: World, data: unknown): Promise<boolean> {
  const job = reportJob.safeParse(data)
  if (!job.success || job.data.kind !== 'deployment') return false
  return (await getDeployment(stack.store, job.data.deploymentId))?.state === 'cancelled'
}

async function keysLeft({ stack, places, away }: World): Promise<string[]> {
  const { redis, keys } = stack.store
  const faults: string[] = []
  const base = keys.deployment('')
  const ids = new Set((await redis.keys(`${base}*`)).map((key) => key.slice(base.length)))
  for (const id of ids) {
    const deployment = await getDeployment(stack.store, id)
    if (deployment === undefined) continue
    const isKnown = (await redis.zscore(keys.history(targetKey(deployment)), id)) !== null
    if (!isKnown && (await redis.ttl(keys.deployment(id))) < 0)
      faults.push(`the record of ${id} (${deployment.state}) is in no history`)
  }
  for (const name of [keys.log, keys.appLog, keys.keptSecrets, keys.told]) {
    for (const key of await redis.keys(`${name('')}*`)) {
      const id = key.slice(name('').length)
      if (!ids.has(id) && (await redis.ttl(key)) < 0) faults.push(`${key} is of a deployment that is no more`)
    }
  }
  for (const id of await redis.zrange(keys.pending, '0', '-1')) {
    const deployment = await getDeployment(stack.store, id)
    if (deployment?.state !== 'held') faults.push(`${id} is waited for, and is ${deployment?.state ?? 'unknown'}`)
  }
  for (const { id, name, isGone, owner } of places) {
    if (!isGone && !away.has(owner)) continue
    const kept = [...(await redis.smembers(keys.micros(id))), ...(await redis.smembers(keys.previews(id)))]
    if (kept.length > 0) faults.push(`${name} is ours no more, and has ${kept.join(', ')}`)
  }
  const unsettled = await redis.smembers(keys.unsettled)
  return [...faults, ...unsettled.map((id) => `${id} is to be settled`)]
}

/** Sandboxes of what is served or kept for a roll-back, and what belongs to those; nothing else. */
async function boxesLeft({ stack }: World): Promise<string[]> {
  const { containers, builders, mounts, work } = await stack.leftovers()
  const faults = [
    ...builders.map((one) => `the builder ${one} is there`),
    ...work.map((one) => `the folder ${one} is there`),
  ]
  const served = new Set(Object.values(await stack.store.redis.hgetall(stack.store.keys.hosts)))
  for (const line of containers) {
    const id = line.split(' ')[1] ?? ''
    if (!served.has(id)) faults.push(`the container ${line} is of nothing that is served`)
  }
  const described = await describe(stack, containers)
  for (const mount of mounts) {
    const folder = /\/sandboxes\/(\w+)/.exec(mount)?.[1]
    if (folder === undefined || !described.includes(folder)) faults.push(`the mount ${mount} is of nothing that runs`)
  }
  for (const folder of await readdir(join(stack.dataDir, 'sandboxes')).catch(() => [])) {
    if (!described.includes(folder)) faults.push(`the folder of the sandbox ${folder} is of nothing that runs`)
  }
  const { stdout: loops } = await run('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'])
  for (const file of loops.split('\n').filter((line) => line.includes(stack.dataDir))) {
    const folder = /\/sandboxes\/(\w+)/.exec(file)?.[1]
    if (folder === undefined || !described.includes(folder))
      faults.push(`the loop device of ${file} is of nothing that runs`)
  }
  const uids = [...described.matchAll(/"micropush.uid": "(\d+)"/g)].map(([, uid]) => uid)
  if (new Set(uids).size < uids.length) faults.push(`two sandboxes have one uid: ${uids.join(', ')}`)
  const instance = (await readFile(join(stack.dataDir, 'instance'), 'utf8')).trim()
  const label = `label=micropush.instance=${instance}`
  const networks = await run('docker', ['network', 'ls', '--quiet', '--filter', label], {
    env: { ...process.env, ...stack.env },
  })
  if (networks.stdout.trim().split('\n').length !== 2) faults.push(`networks besides our two: ${networks.stdout}`)
  const ids = new Set(containers.map((line) => line.split(' ')[1] ?? ''))
  if (ids.size < containers.length) faults.push(`${containers.length} containers for ${ids.size} deployments`)
  return faults
}

/** All that Docker says of these containers, where their mounts stand as well. */
async function describe(stack: Stack, containers: readonly string[]): Promise<string> {
  if (containers.length === 0) return ''
  const ids = containers.map((line) => line.split(' ')[0] ?? '')
  const env = { ...process.env, ...stack.env }
  // One may go meanwhile; then it is looked at again.
  const { stdout } = await run('docker', ['inspect', ...ids], { env, maxBuffer: 64 * 1024 * 1024 }).catch(() => ({
    stdout: '',
  }))
  return stdout
}

/** Processes that ended without having been killed, and what none may ever write. */
async function deathsOf({ stack, docker }: World): Promise<string[]> {
  const faults = [...Object.values(stack.parts), docker.part].flatMap(({ deaths }) => deaths)
  const folder = join(stack.dataDir, 'logs')
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8')
    const line = text.split('\n').find((each) => /unhandled|uncaught|ERR_UNHANDLED|"level":60/i.test(each))
    if (line !== undefined) faults.push(`${name}: ${line.slice(0, 300)}`)
  }
  return faults
}
