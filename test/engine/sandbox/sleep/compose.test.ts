import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { runOnce } from '../../../../runner/docker/run-once.ts'
import { labels } from '../../../../runner/sandbox/labels.ts'
import { isolationsHere, openStage, type Stage } from '../stage.ts'
import { echo } from './sleepers.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const fixture = new URL('../fixtures/freeze-from-container.ts', import.meta.url).pathname
const compose = z.object({
  services: z.object({
    runner: z.object({ pid: z.literal('host'), cap_add: z.array(z.string()), volumes: z.array(z.string()) }),
  }),
})
const text = await readFile(join(root, 'docker-compose.yml'), 'utf8')
const { runner } = compose.parse(parse(text, { merge: true })).services

describe.each(await isolationsHere())('a runner in a container, over sandboxes under %s', (isolation) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterAll(() => stage.close())

  /** Runs a program where the runner would, with what the compose file gives it or a part of that. */
  async function inside(given: { readonly pid: string; readonly volumes: readonly string[] }) {
    const sandbox = await stage.start(echo)
    let output = ''
    const spec = {
      Image: (await stage.spec(echo)).image,
      Entrypoint: ['node'],
      Cmd: [fixture, sandbox.containerId, isolation],
      User: '0:0',
      Labels: { [labels.instance]: stage.context.instance },
      HostConfig: {
        PidMode: given.pid,
        CapAdd: runner.cap_add,
        SecurityOpt: ['apparmor:unconfined'],
        NetworkMode: 'none',
        Binds: [`${root}:${root}:ro`, ...given.volumes],
      },
    }
    const { exitCode } = await runOnce(stage.docker, spec, {
      signal: new AbortController().signal,
      deadlineMs: 30_000,
      onOutput: (chunk) => {
        output += String(chunk)
      },
    })
    expect(exitCode, output).toBe(0)
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as unknown
  }
  // Neither its data nor its devices are of use here.
  const volumes = runner.volumes.filter((one) => /docker|cgroup/.test(one))

  test('has what the fast way takes by the compose file', async () => {
    expect(await inside({ pid: runner.pid, volumes })).toEqual({
      mechanism: isolation === 'gvisor' ? 'sentry' : expect.stringMatching(/^cgroup-v[12]$/),
      explained: isolation === 'gvisor' ? 'sentry' : expect.stringMatching(/^cgroup-v[12]$/),
      states: [true, false],
      cpu: 'number',
    })
  })

  test('asks Docker when it does not see the host’s processes', async () => {
    expect(await inside({ pid: '', volumes })).toEqual({
      mechanism: 'docker',
      explained: 'docker',
      states: [true, false],
      cpu: 'number',
    })
  })
})
