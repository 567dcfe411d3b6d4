import { MicropushError } from '../../contract/errors.ts'
import { parseCidr } from './subnets.ts'

/** A destination that the operator opened. */
export interface Allowed {
  /** IPv4 network in CIDR notation. */
  readonly network: string
  /** TCP and UDP; every port when absent. */
  readonly port?: number
}

/**
 * `MICROPUSH_EGRESS_ALLOW`: networks or addresses, each with a port if only that one is meant, parted by commas or spaces:
 * `10.20.0.0/16, 192.168.1.5:5432`.
 *
 * @throws MicropushError `setup-incomplete`, naming the entry at fault.
 */
export function parseEgressAllow(text: string): Allowed[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseEntry)
}

function parseEntry(entry: string): Allowed {
  const match = /^([\d.]+(?:\/\d+)?)(?::(\d+))?$/.exec(entry)
  const network = match?.[1]
  const port = match?.[2] === undefined ? undefined : Number(match[2])
  if (network === undefined || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new MicropushError(
      'setup-incomplete',
      `MICROPUSH_EGRESS_ALLOW: \`${entry}\` is not an IPv4 network with an optional port, such as 10.20.0.0/16 or 192.168.1.5:5432.`,
    )
  }
  parseCidr(network)
  return port === undefined ? { network } : { network, port }
}
