import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { daemonFacts } from '../../../runner/docker/daemon.ts'
import { openStage } from './stage.ts'

const { runtimes } = await daemonFacts(connectDocker('/var/run/docker.sock'))
const hasGvisor = runtimes.includes('runsc')
if (!hasGvisor)
  console.warn(
    'NOT RUN: builders under gVisor, because the Docker daemon does not know runsc (npm run install-gvisor).',
  )

/** gVisor says of itself that it is this old kernel, whatever the host runs. */
const GVISORS_KERNEL = /Linux version 4\.19\.0|4\.4\.0/
const stage = await openStage('gvisor')
afterAll(() => stage[Symbol.asyncDispose]())

describe.runIf(hasGvisor)('where micros have gVisor, builders have it too', () => {
  it('for a build', async () => {
    const built = await stage.build(
      { 'index.js': 'module.exports = () => {}' },
      { config: { runtime: 'nodejs24', build: 'cat /proc/version > kernel.txt' } },
    )
    expect(built.error).toBeUndefined()
    expect(await stage.read(stage.app(built), 'kernel.txt')).toMatch(GVISORS_KERNEL)
  })

  it('for install scripts, native add-ons included', async () => {
    const scripts = { postinstall: 'cat /proc/version > kernel.txt' }
    const built = await stage.build(
      {
        'index.js': 'module.exports = () => {}',
        'package.json': JSON.stringify({ scripts, dependencies: { ms: '2.1.3', 'utf-8-validate': '6.0.5' } }),
      },
      { config: { runtime: 'nodejs24' } },
    )
    expect(built.error).toBeUndefined()
    expect(await stage.read(stage.app(built), 'kernel.txt')).toMatch(GVISORS_KERNEL)
  })

  it('for Python packages, with or without wheels', async () => {
    const built = await stage.build(
      { 'main.py': 'app = None', 'requirements.txt': 'six==1.16.0\n' },
      { config: { runtime: 'python3.13' } },
    )
    expect(built.error).toBeUndefined()
    expect(await stage.read(join(stage.dependencies(built), 'six.py'))).toContain('six')
  })
})
