import { parseSettings, type Settings } from '../contract/settings.ts'
import { parseEgressAllow, type Allowed } from './network/egress-allow.ts'

/** The runner's settings from its environment. */
export function readSettings(): Settings {
  return parseSettings(process.env)
}

export interface NetworkChoices {
  /** What sandboxes may reach besides the internet: `MICROPUSH_EGRESS_ALLOW`, addresses in CIDR form, each with a port if need be. */
  readonly allow: readonly Allowed[]
  /** Name servers of sandboxes: `MICROPUSH_DNS`, the host's when absent. */
  readonly dns: readonly string[]
}

/** @throws MicropushError `setup-incomplete` naming what cannot be read. */
export function readNetworkChoices(): NetworkChoices {
  return {
    allow: parseEgressAllow(process.env['MICROPUSH_EGRESS_ALLOW'] ?? ''),
    dns: (process.env['MICROPUSH_DNS'] ?? '').split(/[\s,]+/).filter((address) => address !== ''),
  }
}
