import { setTimeout as pause } from 'node:timers/promises'
import { MicropushError } from '../../contract/errors.ts'
import type { Docker } from '../docker/client.ts'
import { disconnectAll, removeNetwork } from '../docker/networks.ts'
import { networkKinds, networkName } from './ensure-networks.ts'

const REMOVAL_MS = 60_000
const EVERY_MS = 250

interface Removal {
  /** Takes away what may still be connected: a container whose start Docker had begun appears after its runner has ended. */
  readonly clear: () => Promise<unknown>
  readonly withinMs?: number
}

/**
 * Removes what `ensureNetworks` made. What is connected to it once our own containers are gone is disconnected: Docker at times holds on to a container that
 * it has removed, after hundreds of them.
 *
 * @throws MicropushError `engine-unavailable` when a network is still in use after `withinMs`.
 */
export async function removeNetworks(
  docker: Docker,
  instance: string,
  { clear, withinMs = REMOVAL_MS }: Removal,
): Promise<void> {
  const deadline = performance.now() + withinMs
  for (const kind of networkKinds) {
    const name = networkName(instance, kind)
    while ((await removeNetwork(docker, name)) === 'in-use') {
      if (performance.now() > deadline) throw inUse(name, withinMs)
      await clear()
      await disconnectAll(docker, name)
      await pause(EVERY_MS)
    }
  }
}

function inUse(name: string, withinMs: number): MicropushError {
  const seconds = Math.round(withinMs / 1000)
  return new MicropushError(
    'engine-unavailable',
    `The Docker network ${name} was still in use after ${seconds} s. \`docker network inspect ${name}\` shows by what. If nothing is connected, Docker holds on to a container that is gone, until its daemon is restarted. Then run this again.`,
  )
}
