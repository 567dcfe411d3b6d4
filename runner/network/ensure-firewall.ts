import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { MicropushError } from '../../contract/errors.ts'
import type { Allowed } from './egress-allow.ts'
import { bridgeName, shortHash, type NetworkKind } from './ensure-networks.ts'
import { firewallRules, removalRules, tables, type BridgePolicy } from './firewall-rules.ts'
import { listRules, restoreRules } from './iptables.ts'

export interface FirewallSettings {
  readonly instance: string
  readonly resolvers: readonly string[]
  /** Opened by the operator, for sandboxes and builders. */
  readonly allow: readonly Allowed[]
  /** What only builders may reach besides: package registries in the operator's own network. */
  readonly builderAllow: readonly Allowed[]
}

/**
 * Closes the way from our bridges to the host, its neighbours, other sandboxes and private addresses. Calling it again repairs what somebody else took out.
 *
 * @throws MicropushError `setup-incomplete` when it cannot be done; then nothing may be started.
 */
export async function ensureFirewall(settings: FirewallSettings): Promise<void> {
  await assertBridgesAreFiltered()
  const { instance, resolvers, allow, builderAllow } = settings
  const policies = [
    policy(instance, 'sandbox', { resolvers, allow }),
    policy(instance, 'builder', { resolvers, allow: [...allow, ...builderAllow] }),
  ]
  assertDockerFilters(await listRules('filter'))
  for (const table of tables) {
    const present = ownJumps(await listRules(table.name), policies)
    await restoreRules(firewallRules(table, policies, present))
  }
  await closeIpv6(policies)
}

/** Takes out all of it. */
export async function removeFirewall(instance: string): Promise<void> {
  const nothing = { resolvers: [], allow: [] }
  const policies = [policy(instance, 'sandbox', nothing), policy(instance, 'builder', nothing)]
  for (const { name } of tables) {
    const rules = await listRules(name)
    const chains = policies
      .flatMap(({ chains }) => Object.values(chains))
      .filter((chain) => rules.includes(`-N ${chain}`))
    await restoreRules(removalRules(name, ownJumps(rules, policies), chains))
  }
  if (!hasIpv6()) return
  const present = (await listRules('filter', 'ip6tables')).filter((rule) =>
    policies.some(({ bridge }) => isIpv6Drop(rule, bridge)),
  )
  await restoreRules(removalRules('filter', present, []), 'ip6tables')
}

function policy(
  instance: string,
  kind: NetworkKind,
  openings: Pick<BridgePolicy, 'resolvers' | 'allow'>,
): BridgePolicy {
  const name = `MP-${shortHash(instance)}-${kind.toUpperCase()}`
  return { bridge: bridgeName(instance, kind), chains: { forward: `${name}-F`, input: `${name}-I` }, ...openings }
}

function ownJumps(rules: readonly string[], policies: readonly BridgePolicy[]): string[] {
  const targets = new Set(policies.flatMap(({ chains }) => [chains.forward, chains.input]))
  return rules.filter((rule) => targets.has(/ -j (\S+)$/.exec(rule)?.[1] ?? ''))
}

/** Our networks have no IPv6; that none comes about by the bridge's own link-local address is made sure of here. */
async function closeIpv6(policies: readonly BridgePolicy[]): Promise<void> {
  if (!hasIpv6()) return
  const rules = await listRules('filter', 'ip6tables')
  const drops = policies.flatMap(({ bridge }) => ['INPUT', 'FORWARD'].map((chain) => ({ chain, bridge })))
  const missing = drops.filter(({ chain, bridge }) => !rules.includes(`-A ${chain} -i ${bridge} -j DROP`))
  if (missing.length === 0) return
  const inserts = missing.map(({ chain, bridge }) => `-I ${chain} 1 -i ${bridge} -j DROP`)
  await restoreRules(['*filter', ...inserts, 'COMMIT', ''].join('\n'), 'ip6tables')
}

function isIpv6Drop(rule: string, bridge: string): boolean {
  return / -i (\S+) -j DROP$/.exec(rule)?.[1] === bridge
}

function hasIpv6(): boolean {
  return existsSync('/proc/net/if_inet6')
}

/** Docker hands every packet of its bridges to this chain first, unless it was told to leave the firewall alone. */
function assertDockerFilters(rules: readonly string[]): void {
  if (rules.includes('-N DOCKER-USER')) return
  throw new MicropushError(
    'setup-incomplete',
    'The Docker daemon keeps no firewall chain DOCKER-USER that is seen from here. Either it runs with `iptables: false` or without iptables: take that out of /etc/docker/daemon.json and restart it. Or it uses another variant of iptables than the runner: `iptables -V` must say the same, nf_tables or legacy, for both.',
  )
}

/** Packets between two ports of one bridge pass the firewall only when the kernel is told so. Docker tells it when it makes such a network. */
async function assertBridgesAreFiltered(): Promise<void> {
  const setting = await readFile('/proc/sys/net/bridge/bridge-nf-call-iptables', 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 'absent'
      throw error
    },
  )
  if (setting.trim() === '1') return
  throw new MicropushError(
    'setup-incomplete',
    'Micros could reach each other: the kernel does not pass bridged packets through iptables. Run `modprobe br_netfilter && sysctl -w net.bridge.bridge-nf-call-iptables=1`.',
  )
}
