import { readdir, readFile, realpath } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { MARK } from '../supervise.ts'

const PATIENCE_MS = 10_000

/**
 * Ends the processes that an earlier start on this data folder left running because it was killed. Whoever calls this holds the folder's
 * lock, so nobody owns them any more. They are known by a mark in their environment, which names the folder.
 *
 * @returns how many there were.
 */
export async function endOrphans(dataDir: string): Promise<number> {
  const marks = [dataDir, await realpath(dataDir)].map((folder) => `${MARK}=${folder}`)
  const orphans = await marked(marks)
  send(orphans, 'SIGTERM')
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(50)) {
    if ((await marked(marks)).length === 0) return orphans.length
  }
  send(await marked(marks), 'SIGKILL')
  return orphans.length
}

async function marked(marks: readonly string[]): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Gone, or somebody else's: neither is ours.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return pid !== process.pid && environment.split('\0').some((entry) => marks.includes(entry))
    }),
  )
  return pids.filter((_, at) => found[at])
}

function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It ended by itself in the meantime.
    }
  }
}
