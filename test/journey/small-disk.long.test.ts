import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readDisk } from '../../runner/housekeeping/disk.ts'
import type { Repository } from './support/repository.ts'
import { nodeMicro, saying } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

const run = promisify(execFile)
const MB = 1024 ** 2
const ASSET_BYTES = 20 * MB
const DECOY = 'someone-elses-decoy'

let dir: string
let disk: string
let stack: Stack
const repositories: Repository[] = []

/** A disk of 300 MB with what belongs to others on it, and things of others at Docker. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-disk-'))
  await chmod(dir, 0o711)
  disk = join(dir, 'disk')
  await mkdir(disk)
  await run('truncate', ['-s', '300M', join(dir, 'image')])
  await run('mkfs.ext4', ['-q', '-F', '-m', '0', join(dir, 'image')])
  await run('mount', ['-o', 'loop', join(dir, 'image'), disk])
  // Sandboxes' mounts below it have to be seen by Docker.
  await run('mount', ['--make-rshared', disk])
  await chmod(disk, 0o711)
  await mkdir(join(disk, 'beside/artifacts/app/old'), { recursive: true })
  await writeFile(join(disk, 'beside/artifacts/app/old/file'), 'mine')
  await run('sh', ['-c', `tar c --files-from /dev/null | docker import - ${DECOY}:1`])
  for (const kind of ['volume', 'network']) await run('docker', [kind, 'create', DECOY])
  await run('docker', ['create', '--name', DECOY, `${DECOY}:1`, '/nothing'])
  stack = await startStack(
    { MICROPUSH_SANDBOX: 'runc', MICROPUSH_DISK_BUDGET: '50MB', MICROPUSH_DISK_FLOOR: '60MB' },
    disk,
  )
})

afterAll(async () => {
  for (const repository of repositories) await repository[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
  await run('docker', ['rm', DECOY])
  for (const kind of ['volume', 'network']) await run('docker', [kind, 'rm', DECOY])
  await run('docker', ['rmi', `${DECOY}:1`])
  // Lazily: mount namespaces of others that were made meanwhile hold a copy of it for a moment.
  await run('umount', ['--lazy', disk])
  await rm(dir, { recursive: true, force: true })
})

it('gives back what nobody needs before a build, refuses below the floor in words, and goes on when there is room', async () => {
  const a = await pushed('a')
  const b = await pushed('b')
  await pushed('c')
  const before = await apps()
  expect(before.length).toBe(3)

  // a and b end; their files are kept for pushes to come, as long as the budget has room for them.
  for (const repository of [a, b]) await ended(repository)
  expect(await apps()).toEqual(before)
  await pushed('d')
  const after = await apps()
  // 60 MB of 50 and a bit ahead: one goes, the one that was used first.
  expect(after.length).toBe(3)
  expect(await holders()).toEqual(['b', 'c', 'd'])

  // Somebody else fills the disk, so far that what may go is not enough.
  const ballast = join(disk, 'ballast')
  const { freeBytes } = await readDisk(disk)
  await run('fallocate', ['-l', String(freeBytes - 25 * MB), ballast])
  const late = await stack.repository('ada/e')
  repositories.push(late)
  await late.write(saying('e'))
  const sha = await late.commit()
  await late.push()
  const refused = await stack.outcome('ada/e', sha, 'micropush/e')
  expect(refused).toMatchObject({
    state: 'error',
    description: expect.stringMatching(/disk.*full: \d+ MB are free/) as string,
  })
  // What may go went first, nothing of the new one was written, and who is live goes on.
  expect(await holders()).toEqual(['c', 'd'])
  expect(await stack.leftovers()).toMatchObject({ builders: [], work: [] })
  for (const name of ['c', 'd']) expect((await stack.ask(stack.host(`${name}--ada`))).body).toBe(name)

  // Room again: the next push of the same content goes live, and nobody has to start anything anew.
  await rm(ballast)
  await late.write({ ...saying('e2') })
  const again = await late.commit()
  await late.push()
  expect(await stack.outcome('ada/e', again, 'micropush/e')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('e--ada'))).body).toBe('e2')

  // What is not ours is as it was.
  expect(await readFile(join(disk, 'beside/artifacts/app/old/file'), 'utf8')).toBe('mine')
  for (const kind of ['volume', 'network', 'container']) await run('docker', [kind, 'inspect', DECOY])
  await run('docker', ['image', 'inspect', `${DECOY}:1`])
})

it('ends the micro that fills the disk by its /tmp, in words, and everybody else goes on', async () => {
  const hungry = await stack.repository('ada/hungry')
  repositories.push(hungry)
  await hungry.write(
    nodeMicro(`
      if (request.url !== '/fill') return response.end('well')
      const file = require('fs').openSync('/tmp/fill', 'a')
      const more = () => { try { require('fs').writeSync(file, Buffer.alloc(1024 * 1024, 1)); setTimeout(more, 20) } catch (error) { response.end(error.code) } }
      more()`),
  )
  const sha = await hungry.commit()
  await hungry.push()
  expect(await stack.outcome('ada/hungry', sha, 'micropush/hungry')).toMatchObject({ state: 'success' })
  const { freeBytes } = await readDisk(disk)
  // Less than it may write, and more than the half of the floor at which it is ended.
  expect(freeBytes).toBeLessThan(500 * MB)
  expect(freeBytes).toBeGreaterThan(35 * MB)

  const filled = await stack.ask(stack.host('hungry--ada'), { path: '/fill', headers: { accept: 'application/json' } })
  expect(filled.status).toBe(502)
  expect(filled.body).toMatch(/disk of this machine is nearly full/)
  await expect.poll(async () => (await readDisk(disk)).freeBytes, { timeout: 10_000 }).toBeGreaterThan(30 * MB)
  for (const name of ['c', 'd']) expect((await stack.ask(stack.host(`${name}--ada`))).body).toBe(name)
  // It is started again with the next request, and its /tmp is empty.
  await expect.poll(async () => (await stack.ask(stack.host('hungry--ada'))).body, { timeout: 10_000 }).toBe('well')
  await stack.healthy()
})

async function pushed(name: string): Promise<Repository> {
  const repository = await stack.repository(`ada/${name}`)
  repositories.push(repository)
  await repository.write({ ...saying(name), asset: randomBytes(ASSET_BYTES) })
  const sha = await repository.commit()
  await repository.push()
  expect(await stack.outcome(`ada/${name}`, sha, `micropush/${name}`)).toMatchObject({ state: 'success' })
  return repository
}

/** Ends the repository's micro, an hour ago as far as its record says. */
async function ended(repository: Repository): Promise<void> {
  await repository.write({ 'micro.yml': null, 'index.js': 'gone' })
  await repository.commit()
  await repository.push()
  const name = repository.fullName.split('/')[1] ?? ''
  const { redis, keys } = stack.store
  let id = ''
  for (const deadline = Date.now() + 30_000; ; await sleep(50)) {
    const found = await redis.keys(keys.deployment('*'))
    const states = await Promise.all(found.map(async (key) => ({ key, ...(await redis.hgetall(key)) })))
    const its = states.find((one: Record<string, string>) => one['base']?.includes(`"repository":"${name}"`))
    if (its !== undefined && (its as Record<string, string>)['state'] === 'destroyed') {
      id = its.key.slice(keys.deployment('').length)
      await redis.hset(its.key, 'since', String(Date.now() - 3600_000))
      break
    }
    if (Date.now() > deadline) throw new Error(`${name} did not end: ${JSON.stringify(states)}`)
  }
  // Its files may go only after its sandbox.
  while ((await stack.leftovers()).containers.some((line) => line.includes(id))) await sleep(50)
}

async function apps(): Promise<string[]> {
  const all = await readdir(join(stack.dataDir, 'artifacts/app'))
  return all.filter((name) => !name.endsWith('.json')).toSorted()
}

/** Whose sources are kept. */
async function holders(): Promise<string[]> {
  const found = await Promise.all(
    (await apps()).map(async (app) => {
      const text = await readFile(join(stack.dataDir, 'artifacts/app', app, 'index.js'), 'utf8')
      return /end\("(\w+)"\)/.exec(text)?.[1] ?? text
    }),
  )
  return found.toSorted()
}
