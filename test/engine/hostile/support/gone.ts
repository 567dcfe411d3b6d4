import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { dockerSocket } from '../../sandbox/stage.ts'
import type { Container } from './container.ts'

/** Shutdown events have 5 s, and the machine is busy. */
const GONE_MS = 20_000

/** Nothing is left of a sandbox: no container, process, mount, folder or address. */
export async function expectGone(container: Container): Promise<void> {
  await expect.poll(() => leftOf(container), { timeout: GONE_MS, interval: 250 }).toEqual([])
}

async function leftOf({ id, sandboxId, uid, address, paths }: Container): Promise<string[]> {
  const docker = connectDocker(dockerSocket)
  const containers = (await docker.listContainers({ all: true })).map(({ Id }) => Id)
  const networks = JSON.stringify(await docker.listNetworks())
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  return [
    ...(containers.includes(id) ? ['container'] : []),
    ...(mounts.includes(sandboxId) ? ['mount'] : []),
    ...(existsSync(paths.folder) || existsSync(paths.tmpImage) ? ['folder'] : []),
    ...(networks.includes(`"${address}/`) ? ['address'] : []),
    ...(await processesOf({ id, uid })),
  ]
}

/** The host's processes that run as its user, are in its cgroup, or are gVisor's for it. */
export async function processesOf({ id, uid }: Pick<Container, 'id' | 'uid'>): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
      const [status, cgroup, cmdline] = await Promise.all([read('status'), read('cgroup'), read('cmdline')])
      const its = status.includes(`\nUid:\t${uid}\t`) || cgroup.includes(id) || cmdline.includes(id)
      return its ? [`process ${pid} ${cmdline.replaceAll('\0', ' ').slice(0, 80)}`] : []
    }),
  )
  return found.flat()
}
