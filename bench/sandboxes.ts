import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../cli/run.ts'
import type { Stack } from '../test/journey/support/stack.ts'

/** The socket of a sandbox that is awake, as the one is that a warm request has just reached. */
export async function liveSocket(stack: Stack): Promise<string> {
  const [awake] = await awakeSandboxes(stack)
  if (awake === undefined) throw new Error('no sandbox is awake')
  return join(stack.dataDir, 'sandboxes', awake, 'app.sock')
}

/** Waits until every sandbox of the stack sleeps. */
export async function asleep(stack: Stack): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    if ((await awakeSandboxes(stack)).length === 0) return
  }
  throw new Error('the micro did not fall asleep')
}

async function awakeSandboxes(stack: Stack): Promise<string[]> {
  const ours = new Set(await readdir(join(stack.dataDir, 'sandboxes')))
  const filters = ['--filter', 'status=running', '--filter', 'label=micropush.kind=sandbox']
  const listed = await run(['docker', 'ps', ...filters, '--format', '{{.Label "micropush.sandbox"}} {{.Status}}'])
  return listed.split('\n').flatMap((line) => {
    const [id = '', ...status] = line.split(' ')
    // Docker counts a paused container among those that run.
    return ours.has(id) && !status.includes('(Paused)') ? [id] : []
  })
}
