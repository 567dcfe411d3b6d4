import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { GitHubAddress } from '../../../contract/github-address.ts'
import type { Echo } from './echo.ts'
import { judgeAddresses, judgeOrigin, type Finding } from './judge.ts'
import { knock, type Knock } from './knock.ts'

const LOOKUP_DEADLINE_MS = 5000

interface Check {
  readonly github: GitHubAddress
  readonly echo: Echo
  /** IP addresses of a host name; the system's own way unless given. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
}

/** Whether GitHub will reach this bot at an origin, as far as it can be found out from here. Nothing private is dialled. Never throws. */
export async function checkAddress(
  origin: string,
  { github, echo, resolve = lookUp }: Check,
): Promise<readonly Finding[]> {
  const findings = [...judgeOrigin(origin, github)]
  if (findings.some(({ level }) => level === 'bad')) return findings
  const hostname = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(hostname) === 0 ? await resolve(hostname).catch(() => []) : [hostname]
  const [first] = addresses
  if (first === undefined) {
    const words = `${hostname} cannot be found: no address record for it is known here. Make one with your DNS provider, or wait until it is known everywhere.`
    return [...findings, { level: 'bad', words }]
  }
  findings.push(...judgeAddresses(hostname, addresses, github))
  if (findings.some(({ level }) => level === 'bad')) return findings
  const { nonce, answer, forget } = echo.expect()
  try {
    const knocked = await knock(new URL(`/setup/check/${nonce}`, origin), first)
    return [...findings, judgeKnock(knocked, { origin, answer })]
  } finally {
    forget()
  }
}

/** What an answer, or none, says of the address. */
export function judgeKnock(
  knocked: Knock,
  { origin, answer }: { readonly origin: string; readonly answer: string },
): Finding {
  if (knocked.kind === 'unreachable') {
    const said = reasons[knocked.code] ?? `does not answer (${knocked.code})`
    // Behind some routers a machine cannot reach itself by its public address, and GitHub can.
    const isMaybeOurs = !/CERT|SSL|TLS|SIGNATURE|ISSUER|ALTNAME/.test(knocked.code)
    return isMaybeOurs
      ? {
          level: 'warn',
          words: `${origin} ${said}, seen from this machine. Look whether it opens in a browser elsewhere.`,
        }
      : { level: 'bad', words: `${origin} ${said}. GitHub refuses to deliver to it.` }
  }
  const { status, text, location } = knocked
  if (status === 200 && text.trim() === answer) return { level: 'good', words: `${origin} is answered by this bot.` }
  if (status >= 300 && status < 400 && location !== undefined) {
    return {
      level: 'bad',
      words: `${origin} sends on to ${cut(location)}. GitHub follows no redirect: name that address here.`,
    }
  }
  if (status === 401 || status === 403) {
    return {
      level: 'bad',
      words: `${origin} asks for a password (${status}). GitHub has none: let everybody in to /api/github/webhooks and /setup.`,
    }
  }
  if (status === 502 || status === 503 || status === 504) {
    return {
      level: 'bad',
      words: `${origin} is answered by a proxy that does not reach this bot (${status}). Point it at the bot's port.`,
    }
  }
  return {
    level: 'bad',
    words: `${origin} is answered by another server (${status}), not by this bot. Point it at the bot's port.`,
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  late: 'does not answer within ten seconds',
  ECONNRESET: 'cuts connections off',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that it signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate whose chain is not complete',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
}

async function lookUp(hostname: string): Promise<readonly string[]> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('late')), LOOKUP_DEADLINE_MS)
  try {
    const found = await Promise.race([lookup(hostname, { all: true }), late])
    return found.map(({ address }) => address)
  } finally {
    clearTimeout(timer)
  }
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)} …` : text
}
