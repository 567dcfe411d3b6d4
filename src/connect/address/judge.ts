import type { GitHubAddress } from '../../../contract/github-address.ts'
import { networkOf } from './networks.ts'

/** One line about the address: `bad` ends it, `warn` leaves the choice to the person. */
export interface Finding {
  readonly level: 'good' | 'warn' | 'bad'
  readonly words: string
}

/** The address as an origin such as `https://bot.example.com`, or why it is none. */
export function parseAddress(text: string): { readonly origin: string } | { readonly fault: string } {
  const trimmed = text.trim()
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`)
  if (url === null || url.hostname === '') {
    return { fault: 'This is no web address. Write it as https://bot.example.com.' }
  }
  if (!/^https?:$/.test(url.protocol)) return { fault: 'The address must begin with https://.' }
  if (url.username !== '' || url.password !== '')
    return { fault: 'Leave the user and the password out of the address.' }
  if (!/^\/*$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    return { fault: `The bot answers at the top of a host name. Write ${url.origin}, without a path behind it.` }
  }
  return { origin: url.origin }
}

/** Whether GitHub itself is on this machine, as the forge is: nothing then has to be public. */
function isLocal({ webUrl }: GitHubAddress): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(webUrl).hostname)
}

/** What can be said of an origin before anybody looks it up. */
export function judgeOrigin(origin: string, github: GitHubAddress): readonly Finding[] {
  if (isLocal(github)) return []
  const { protocol, hostname } = new URL(origin)
  if (/^(?:localhost|.*\.localhost|.*\.local|.*\.internal)$/.test(hostname)) {
    return [bad(`${hostname} means something on this machine or network alone; ${hostOf(github)} cannot reach it.`)]
  }
  if (protocol === 'https:') return []
  const words =
    'The address is not https: whoever is on the way can read what GitHub sends and what the log pages show.'
  return [{ level: 'warn', words }]
}

/**
 * What the addresses of the host name mean, before any of them is dialled: towards github.com all must be public. A GitHub
 * Enterprise Server may reach the bot in the house, but no link-local or metadata address either.
 */
export function judgeAddresses(
  hostname: string,
  addresses: readonly string[],
  github: GitHubAddress,
): readonly Finding[] {
  for (const address of addresses) {
    const network = networkOf(address)
    if (network === 'public') continue
    if (network === 'loopback' && isLocal(github)) continue
    if (network === 'private' && !isLocal(github) && !isDotCom(github)) continue
    const words = `${hostname} leads to ${address}, ${meanings[network]}. ${hostOf(github)} cannot reach it there, and it is not asked.`
    return [bad(words)]
  }
  return []
}

const meanings = {
  loopback: 'which is each machine itself',
  private: 'an address of a private network',
  forbidden: 'an address that no web server in the Internet has',
} as const

function isDotCom({ webUrl }: GitHubAddress): boolean {
  return /^https:\/\/(?:github\.com|[a-z0-9-]+\.ghe\.com)$/.test(webUrl)
}

function hostOf({ webUrl }: GitHubAddress): string {
  return new URL(webUrl).host
}

function bad(words: string): Finding {
  return { level: 'bad', words }
}
