import type { Allowed } from './egress-allow.ts'

/** What the rules of one bridge depend on. */
export interface BridgePolicy {
  readonly bridge: string
  /** Chains of our own, at most 28 characters each. */
  readonly chains: { readonly forward: string; readonly input: string }
  readonly resolvers: readonly string[]
  readonly allow: readonly Allowed[]
}

/**
 * Destinations that are nobody's on the internet (IANA's special-purpose registry, RFC 6890): the host's neighbours, other containers and the
 * addresses where clouds hand out credentials are among them.
 */
export const closedRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const

const SMTP = 25
const DNS = 53

/**
 * The tables that our rules stand in, and where each is entered: by what goes through the host, and by what is for the host itself. `mangle` is what
 * keeps packets back: nobody else works in it. In `filter` Docker takes its jump to DOCKER-USER out and puts it back whenever a network is made, and for
 * that moment nothing there binds; but there a sandbox's resolver on the host is let in, and there people look for rules.
 */
export const tables = [
  { name: 'mangle', forward: 'FORWARD', input: 'INPUT' },
  { name: 'filter', forward: 'DOCKER-USER', input: 'INPUT' },
] as const

export type Table = (typeof tables)[number]

/**
 * The text for `iptables-restore --noflush`: fills our chains of one table and hangs them first into those that packets pass. All of it comes into
 * force at once, or none.
 *
 * @param present - the jumps to our chains that are there already, as `iptables -S` prints them; they are taken out and put first again.
 */
export function firewallRules(table: Table, policies: readonly BridgePolicy[], present: readonly string[]): string {
  const chains = policies.flatMap(({ chains }) => [chains.forward, chains.input])
  return [
    `*${table.name}`,
    // Naming a chain makes it, or empties it.
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...policies.flatMap(forwardRules),
    ...policies.flatMap(inputRules),
    ...present.map((rule) => rule.replace(/^-A /, '-D ')),
    ...policies.flatMap((policy) => jumps(table, policy)),
    'COMMIT',
    '',
  ].join('\n')
}

/** The text that takes all of it out again. */
export function removalRules(table: string, present: readonly string[], chains: readonly string[]): string {
  return [
    `*${table}`,
    ...present.map((rule) => rule.replace(/^-A /, '-D ')),
    ...chains.flatMap((chain) => [`-F ${chain}`, `-X ${chain}`]),
    'COMMIT',
    '',
  ].join('\n')
}

/** From a sandbox to anywhere but the host. What is not dropped returns, in `filter` to Docker's own rules, which let it out. */
function forwardRules({ bridge, chains: { forward }, resolvers, allow }: BridgePolicy): string[] {
  return [
    `-A ${forward} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    `-A ${forward} -o ${bridge} -j DROP`,
    ...opened(forward, { resolvers, allow, target: 'RETURN' }),
    // Mail servers take spam from whoever it comes from, and the operator's address is the one that gets listed.
    `-A ${forward} -p tcp -m tcp --dport ${SMTP} -j DROP`,
    ...closedRanges.map((range) => `-A ${forward} -d ${range} -j DROP`),
    `-A ${forward} -j RETURN`,
  ]
}

/** From a sandbox to the host, by whichever of its addresses: nothing but answers, and its resolver if that runs here. */
function inputRules({ chains: { input }, resolvers, allow }: BridgePolicy): string[] {
  return [
    `-A ${input} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    ...opened(input, { resolvers, allow, target: 'ACCEPT' }),
    `-A ${input} -j DROP`,
  ]
}

interface Openings {
  readonly resolvers: readonly string[]
  readonly allow: readonly Allowed[]
  readonly target: 'RETURN' | 'ACCEPT'
}

function opened(chain: string, { resolvers, allow, target }: Openings): string[] {
  const names = resolvers.flatMap((address) => both(`-A ${chain} -d ${address}/32`, DNS, target))
  const others = allow.flatMap(({ network, port }) =>
    port === undefined ? [`-A ${chain} -d ${network} -j ${target}`] : both(`-A ${chain} -d ${network}`, port, target),
  )
  return [...names, ...others]
}

function both(rule: string, port: number, target: string): string[] {
  return ['udp', 'tcp'].map((protocol) => `${rule} -p ${protocol} -m ${protocol} --dport ${port} -j ${target}`)
}

function jumps({ forward, input }: Table, { bridge, chains }: BridgePolicy): string[] {
  return [`-I ${forward} 1 -i ${bridge} -j ${chains.forward}`, `-I ${input} 1 -i ${bridge} -j ${chains.input}`]
}
