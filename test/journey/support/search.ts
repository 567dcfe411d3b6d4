import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
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
