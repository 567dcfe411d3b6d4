import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { shortHash } from '../../../../runner/network/ensure-networks.ts'
import { listRules } from '../../../../runner/network/iptables.ts'
import { labels } from '../../../../runner/sandbox/labels.ts'
import { dockerSocket } from '../../sandbox/stage.ts'

/** Whatever the micros of an instance tried: nothing of it is left on the machine once it was cleared. */
export async function expectNothingLeft(instance: string, dataDir: string): Promise<void> {
  const docker = connectDocker(dockerSocket)
  const label = [`${labels.instance}=${instance}`]
  const rules = [
    ...(await listRules('filter')),
    ...(await listRules('mangle')),
    ...(await listRules('filter', 'ip6tables')),
  ]
  expect({
    containers: await docker.listContainers({ all: true, filters: { label } }),
    networks: await docker.listNetworks({ filters: { label } }),
    mounts: (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(dataDir)),
    rules: rules.filter((rule) => rule.includes(shortHash(instance))),
    folder: existsSync(dataDir),
  }).toEqual({ containers: [], networks: [], mounts: [], rules: [], folder: false })
}
