import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { runOnce, type RunOptions, type RunResult } from '../../../runner/docker/run-once.ts'
import { prepareRuntime } from '../../../runner/images/prepare.ts'
import { defaultRuntime, findRuntime } from '../../../runtimes/catalogue.ts'

const docker = connectDocker('/var/run/docker.sock')
const label = `test-${randomBytes(6).toString('hex')}`
let image = ''

beforeAll(async () => {
  const runtime = findRuntime('nodejs24') ?? defaultRuntime('node')
  const options = { signal: new AbortController().signal, onProgress: () => {} }
  image = (await prepareRuntime({ docker, dataDir: '/var/lib/micropush' }, runtime, options)).sandbox
})

const left = () => docker.listContainers({ all: true, filters: { label: [label] } })

afterAll(async () => {
  expect(await left()).toEqual([])
})

async function run(script: string, options: Partial<RunOptions> = {}): Promise<RunResult & { output: string }> {
  const chunks: Buffer[] = []
  const spec = {
    Image: image,
    Entrypoint: ['sh'],
    Cmd: ['-c', script],
    Labels: { [label]: '1' },
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none', Config: {} } },
  }
  const signal = new AbortController().signal
  const result = await runOnce(docker, spec, {
    signal,
    deadlineMs: 60_000,
    onOutput: (chunk) => chunks.push(chunk),
    ...options,
  })
  return { ...result, output: Buffer.concat(chunks).toString() }
}

it('hands on all output of both streams, and the exit code', async () => {
  const result = await run('i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; echo bad >&2; exit 3')
  expect(result).toMatchObject({ exitCode: 3, timedOut: false, oomKilled: false })
  expect(result.output).toContain('line 1999\n')
  expect(result.output).toContain('bad\n')
  expect(await left()).toEqual([])
})

it('ends at its deadline, and nothing is left', async () => {
  expect(await run('echo begun; sleep 600', { deadlineMs: 1500 })).toMatchObject({ timedOut: true })
  expect(await left()).toEqual([])
})

it('ends when it is aborted, with the reason of the signal', async () => {
  const abort = new AbortController()
  const running = run('echo begun; sleep 600', {
    signal: abort.signal,
    onOutput: () => abort.abort(new Error('superseded')),
  })
  await expect(running).rejects.toThrow('superseded')
  expect(await left()).toEqual([])
})

it('leaves nothing when the container cannot start', async () => {
  const spec = { Image: image, Entrypoint: ['/no/such/program'], Labels: { [label]: '1' } }
  const options = { signal: new AbortController().signal, deadlineMs: 60_000, onOutput: () => {} }
  await expect(runOnce(docker, spec, options)).rejects.toThrow(/no such/)
})
