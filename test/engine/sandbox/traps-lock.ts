import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const LOCK = '/run/lock/micropush-traps'
/** Shorter than a hook's deadline, longer than a test of the network. */
const WAIT_MS = 240_000

/** One process of the machine at a time may set traps. @returns what gives the lock back. */
export async function takeLock(): Promise<() => Promise<void>> {
  await mkdir(dirname(LOCK), { recursive: true })
  // It has its content before it has the name: nobody sees a lock that names no holder.
  const draft = `${LOCK}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, String(process.pid))
  try {
    for (const deadline = Date.now() + WAIT_MS; ; await pause(200)) {
      if (await linked(draft)) return () => rm(LOCK)
      const holder = await readFile(LOCK, 'utf8').catch(() => '')
      if (holder !== '' && !existsSync(`/proc/${holder}`)) await rm(LOCK, { force: true })
      else if (Date.now() > deadline) throw new Error(`process ${holder} holds ${LOCK}`)
    }
  } finally {
    await rm(draft)
  }
}

async function linked(draft: string): Promise<boolean> {
  try {
    await link(draft, LOCK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
