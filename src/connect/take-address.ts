import type { IncomingMessage } from 'node:http'
import type { Page } from '../http/respond.ts'
import { checkAddress } from './address/check.ts'
import { parseAddress, type Finding } from './address/judge.ts'
import { buildManifest, LONGEST_NAME, suggestName } from './manifest.ts'
import { addressPage, type AddressForm } from './pages/begin.ts'
import { leavePage } from './pages/leave.ts'
import type { SetupParts } from './parts.ts'

/** GitHub's rules for names of accounts; those that a company manages may have an underscore. */
const ACCOUNT = /^[a-z0-9](?:[a-z0-9_]|-(?=[a-z0-9])){0,38}$/i

/** The form as a browser sees it first. */
export function emptyForm({ settings, githubHost }: SetupParts, request: IncomingMessage): Page {
  const address = settings.givenBotUrl ?? seenAddress(request)
  const name = suggestName(address)
  return addressPage({ githubHost, address, name, account: 'personal', organization: '', findings: [] })
}

interface Sent {
  readonly request: IncomingMessage
  readonly form: URLSearchParams
  readonly session: string
}

/** Looks at the address that was typed; gives the way to GitHub, or the form with what is wrong. */
export async function takeAddress(parts: SetupParts, { request, form, session }: Sent): Promise<Page> {
  const { github, githubHost, echo, gate, demands, connection } = parts
  const typed = readTyped(form, githubHost)
  if (connection.current() !== undefined)
    return addressPage({ ...typed, findings: [bad('An App is connected already.')] })
  const parsed = parseAddress(typed.address)
  const faults = [...('fault' in parsed ? [parsed.fault] : []), ...faultsOf(typed)].map(bad)
  if ('fault' in parsed || faults.length > 0) return addressPage({ ...typed, findings: faults })
  const botUrl = parsed.origin
  const findings = await checkAddress(botUrl, { github, echo })
  if (findings.some(({ level }) => level === 'bad')) return addressPage({ ...typed, findings })
  const state = await gate.depart(session, botUrl)
  const browserUrl = browserOrigin(request) ?? botUrl
  const folder = typed.account === 'personal' ? '' : `/organizations/${typed.organization}`
  return leavePage({
    githubHost,
    action: `${github.webUrl}${folder}/settings/apps/new?state=${state}`,
    manifest: buildManifest(demands, { name: typed.name, botUrl, browserUrl }),
    findings,
    owner: typed.account === 'personal' ? 'your own account' : typed.organization,
  })
}

function readTyped(form: URLSearchParams, githubHost: string): AddressForm {
  const text = (name: string) => (form.get(name) ?? '').trim()
  return {
    githubHost,
    address: text('address').slice(0, 300),
    name: text('name'),
    account: form.get('account') === 'organization' ? 'organization' : 'personal',
    organization: text('organization'),
    findings: [],
  }
}

function faultsOf({ name, account, organization }: AddressForm): readonly string[] {
  const isNamed = /[a-z0-9]/i.test(name) && name.length <= LONGEST_NAME
  return [
    ...(isNamed ? [] : [`The App needs a name of at most ${LONGEST_NAME} characters, with a letter or a digit in it.`]),
    ...(account === 'personal' || ACCOUNT.test(organization)
      ? []
      : ["Name the organization as it stands in GitHub's addresses: letters, digits and single hyphens."]),
  ]
}

/** How this browser reaches the bot, a tunnel perhaps: there it comes back to, because there its cookie is. */
function browserOrigin(request: IncomingMessage): string | undefined {
  const url = URL.parse(request.headers.origin ?? '')
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : undefined
}

/** A guess to begin with: behind a proxy, names are https as a rule. */
function seenAddress(request: IncomingMessage): string {
  const host = /^[a-z0-9.:[\]-]{1,200}$/i.test(request.headers.host ?? '') ? (request.headers.host ?? '') : ''
  const isHere = /^(?:localhost|127\.|\[::1\])/.test(host)
  return host === '' ? '' : `${isHere ? 'http' : 'https'}://${host}`
}

function bad(words: string): Finding {
  return { level: 'bad', words }
}
