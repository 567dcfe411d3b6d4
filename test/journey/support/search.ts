import { execFile } from 'node:child_process'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Store } from '../../../contract/store/connect.ts'

const run = promisify(execFile)

/** Files below a folder that hold these bytes. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  // Its exit code is 1 when there are none, and 2 when a file went away meanwhile.
  const { stdout } = await run('grep', ['-rlaF', '--devices=skip', '-e', text, folder]).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  )
  return stdout.split('\n').filter(Boolean)
}

/** Keys of Redis whose content holds these bytes, of any type and BullMQ's too. */
export async function keysWith({ redis }: Store, text: string): Promise<string[]> {
  const found: string[] = []
  for (const key of await redis.keys('*')) {
    const content = await contentOf(redis, key)
    if (`${key} ${content}`.includes(text)) found.push(key)
  }
  return found
}

async function contentOf(redis: Store['redis'], key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.get(key)) ?? ''
    case 'hash':
      return JSON.stringify(await redis.hgetall(key))
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1))
    case 'set':
      return JSON.stringify(await redis.smembers(key))
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'))
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'))
    default:
      return ''
  }
}

export interface Holder {
  readonly pid: number
  readonly uid: number
  readonly mode: number
}

/** Processes of this machine that have these bytes in their environment. */
export async function processesWith(text: string): Promise<Holder[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid): Promise<Holder | undefined> => {
      const path = `/proc/${pid}/environ`
      // Gone meanwhile.
      const environment = await readFile(path, 'utf8').catch(() => '')
      if (!environment.includes(text)) return undefined
      const { uid, mode } = await stat(path)
      return { pid, uid, mode: mode & 0o777 }
    }),
  )
  return found.filter((holder) => holder !== undefined)
}

/** Those of the processes that are meant which have these bytes in memory that they can write to. Root may look, as a debugger does. */
export async function memoryWith(text: string, isMeant: (process: Omit<Holder, 'mode'>) => boolean): Promise<Holder[]> {
  const found: Holder[] = []
  for (const pid of (await readdir('/proc')).map(Number).filter(Boolean)) {
    // Gone meanwhile.
    const uid = (await stat(`/proc/${pid}`).catch(() => undefined))?.uid
    if (uid === undefined || !isMeant({ pid, uid })) continue
    if (!(await hasInMemory(pid, Buffer.from(text)))) continue
    found.push({ pid, uid, mode: (await stat(`/proc/${pid}/mem`)).mode & 0o777 })
  }
  return found
}

async function hasInMemory(pid: number, bytes: Buffer): Promise<boolean> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8')
  await using memory = await open(`/proc/${pid}/mem`)
  for (const line of maps.split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw-p/.exec(line) ?? []
    const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)]
    if (Number.isNaN(start)) continue
    const region = Buffer.alloc(end - start)
    // What was given back since the list was read cannot be read any more.
    const { bytesRead } = await memory.read(region, 0, region.length, start).catch(() => ({ bytesRead: 0 }))
    if (region.subarray(0, bytesRead).includes(bytes)) return true
  }
  return false
}

export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.split(' ').map(Number).filter(Boolean)
}
