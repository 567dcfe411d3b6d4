import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { awaitDeployment, deploymentTable } from '../../../cli/start/report-deployment.ts'
import { transitionDeployment } from '../../../contract/store/deployments.ts'
import { startTestRunner, type TestRunner } from '../../runner/support/runner.ts'

let parts: TestRunner
let forge: Server
beforeEach(async () => {
  parts = await startTestRunner()
  forge = createServer((request, response) => {
    const known = request.url === '/api/v3/repos/ada/hello'
    response.writeHead(known ? 200 : 404).end(JSON.stringify(known ? { id: 7 } : { message: 'Not Found' }))
  }).listen(0, '127.0.0.1')
  await once(forge, 'listening')
})
afterEach(async () => {
  forge.close()
  forge.closeAllConnections()
  await parts[Symbol.asyncDispose]()
})

const wait = (sha: string, repository = 'ada/hello', signal = new AbortController().signal) => {
  const settings = { ...parts.runner.settings, forgePort: (forge.address() as AddressInfo).port }
  return awaitDeployment(parts.runner.store, { settings, repository, sha, signal })
}

it('a pushed commit is waited for until its deployment has ended, well or not', async () => {
  const { id, sha } = await parts.queued()
  const waiting = wait(sha)
  const outcome = { error: { code: 'build-failed', message: 'The build failed.' } } as const
  await transitionDeployment(parts.runner.store, { id, from: ['queued'], to: 'failed', outcome })
  expect(await waiting).toMatchObject({ id, state: 'failed' })
})

it('waiting ends with the command, and at once where the forge does not know the repository', async () => {
  const { sha } = await parts.queued()
  const stop = new AbortController()
  const waiting = wait(sha, 'ada/hello', stop.signal)
  stop.abort(new Error('Ctrl-C'))
  await expect(waiting).rejects.toThrow('Ctrl-C')
  await expect(wait(sha, 'ada/none')).rejects.toThrow('The forge does not know ada/none: it answered 404.')
})

it('the table has a row for each deployment: its stages, and where it is or why it is not', async () => {
  const live = await parts.queued()
  const timings = { queued: 12, fetch: 80, prepare: 5, build: 1500, start: 300, publish: 4, total: 1901 }
  const url = 'http://hello--ada.localhost:8080'
  const failed = { ...live, outcome: { error: { code: 'build-failed', message: 'The build failed.' } as const } }
  expect(deploymentTable([{ ...live, outcome: { runtime: 'nodejs24', timings, url } }, failed])).toEqual([
    'micro  runtime   queued  fetch   prepare  build   start   publish  total   endpoint',
    'hello  nodejs24  0.01 s  0.08 s  0.01 s   1.50 s  0.30 s  0.00 s   1.90 s  http://hello--ada.localhost:8080',
    'hello  ?         -       -       -        -       -       -        -       The build failed.',
  ])
})

it('what a build printed does nothing to the terminal', async () => {
  const { id, sha } = await parts.queued()
  const outcome = { error: { code: 'build-failed', message: 'It failed: \u001b]0;owned\u0007\u001b[2Jx' } } as const
  await transitionDeployment(parts.runner.store, { id, from: ['queued'], to: 'failed', outcome })
  expect(deploymentTable([await wait(sha)]).at(-1)).toMatch(/It failed: x$/)
})
