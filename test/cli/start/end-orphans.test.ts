import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { endOrphans } from '../../../cli/start/end-orphans.ts'
import { MARK } from '../../../cli/supervise.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function start(command: string, env: Record<string, string>) {
  return spawn('sh', ['-c', command], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
}

it('ends what an earlier start on this folder left running, also what does not listen, and nobody else’s', async () => {
  const [ours, others] = [await temporaryFolder(), await temporaryFolder()]
  const polite = start('echo up; exec sleep 60', { [MARK]: ours })
  const foreign = start('echo up; exec sleep 60', { [MARK]: others })
  const unmarked = start('echo up; exec sleep 60', {})
  await Promise.all([polite, foreign, unmarked].map((child) => once(child.stdout, 'data')))
  const gone = once(polite, 'exit')
  expect(await endOrphans(ours)).toBe(1)
  await gone
  expect(foreign.exitCode ?? foreign.signalCode).toBe(null)
  expect(unmarked.exitCode ?? unmarked.signalCode).toBe(null)
  for (const child of [foreign, unmarked]) child.kill('SIGKILL')
})

it('finds nothing where nothing is', async () => {
  expect(await endOrphans(await temporaryFolder())).toBe(0)
})
