import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

test('Ctrl-C in a terminal ends supervised processes by their supervisor alone, in its order', async () => {
  const fixture = new URL('fixtures/supervised.ts', import.meta.url).pathname
  const supervisor = spawn(process.execPath, [fixture], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const closed = once(supervisor, 'close')
  const said: string[] = []
  for await (const line of createInterface({ input: supervisor.stdout })) {
    said.push(line)
    // A terminal sends the signal to the whole process group.
    if (line === 'child runs') process.kill(-(supervisor.pid ?? 0), 'SIGINT')
  }
  await closed
  expect(said).toEqual(['child runs', 'child was stopped'])
})
