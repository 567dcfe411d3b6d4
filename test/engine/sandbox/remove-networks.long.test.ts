import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { listNetworks } from '../../../runner/docker/networks.ts'
import { ensureNetworks } from '../../../runner/network/ensure-networks.ts'
import { removeNetworks } from '../../../runner/network/remove-networks.ts'
import { imagesOf } from '../runtimes/images.ts'
import { dockerSocket } from './stage.ts'

const run = promisify(execFile)
const docker = connectDocker(dockerSocket)

let instance: string
let container: string
let network: string
beforeEach(async () => {
  instance = `t${randomBytes(5).toString('hex')}`
  network = (await ensureNetworks(docker, instance)).sandbox.name
  const { sandbox: image } = await imagesOf('nodejs24')
  const options = ['--detach', '--network', network, '--entrypoint', 'sleep']
  container = (await run('docker', ['run', ...options, image, '300'])).stdout.trim()
})
afterEach(async () => {
  await run('docker', ['rm', '--force', container])
  await removeNetworks(docker, instance, { clear: () => Promise.resolve() })
})

const left = async () => (await listNetworks(docker)).filter(({ name }) => name.includes(instance))

test('networks go once what came late to them is cleared away', async () => {
  let cleared = 0
  await removeNetworks(docker, instance, {
    clear: async () => {
      cleared += 1
      await run('docker', ['rm', '--force', container])
    },
  })
  expect(cleared).toBe(1)
  expect(await left()).toEqual([])
})

test('networks go although something is connected that is none of ours, and it runs on', async () => {
  await removeNetworks(docker, instance, { clear: () => Promise.resolve() })
  expect(await left()).toEqual([])
  const { stdout } = await run('docker', ['inspect', '--format', '{{.State.Running}}', container])
  expect(stdout.trim()).toBe('true')
})

test('networks that stay in use are named when nobody waits any longer', async () => {
  const busy = removeNetworks(docker, instance, { clear: () => Promise.resolve(), withinMs: -1 })
  await expect(busy).rejects.toThrow(`The Docker network ${network} was still in use`)
})
