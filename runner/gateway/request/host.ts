const HOST = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/

/**
 * A Host field's value as the route table spells it: lower case, without port and without the root's dot (RFC 9110 section 4.2.3).
 *
 * @returns undefined for what is no host name.
 */
export function canonicalHost(value: string): string | undefined {
  const lower = value.toLowerCase().replace(/:\d{0,5}$/, '')
  const host = lower.endsWith('.') ? lower.slice(0, -1) : lower
  return host.length <= 253 && HOST.test(host) ? host : undefined
}
