import { setTimeout as delay } from 'node:timers/promises'
import { ensureFirewall } from './ensure-firewall.ts'
import { hostResolvers } from './resolv-conf.ts'
import type { NetworkSettings } from './set-up-network.ts'

const EVERY_MS = 60_000

interface Keeping {
  readonly signal: AbortSignal
  readonly onTrouble: (error: unknown) => void
}

/** Puts the rules back every minute, until the signal: whoever reloads the host's firewall takes them away without a word. */
export async function keepFirewall(settings: NetworkSettings, { signal, onTrouble }: Keeping): Promise<void> {
  const { instance, dns, allow, builderAllow } = settings
  // Rejects only by the signal, which ends the loop.
  while (await delay(EVERY_MS, true, { signal }).catch(() => false)) {
    await hostResolvers(dns)
      .then((resolvers) => ensureFirewall({ instance, resolvers, allow, builderAllow }))
      .catch(onTrouble)
  }
}
