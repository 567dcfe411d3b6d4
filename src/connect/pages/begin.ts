import { escapeHtml } from '../../../web/escape.ts'
import type { Page } from '../../http/respond.ts'
import type { Finding } from '../address/judge.ts'
import { LONGEST_NAME } from '../manifest.ts'
import { findingNotes, setupPage, steps } from './frame.ts'

/** For whoever comes without the secret, or with one that was used. */
export function closedPage(): Page {
  const body = `<h1>This page is opened by a link</h1>
<p>Whoever sets micropush up shows by it that the machine is theirs. The bot prints the link to its terminal or log when it starts, and
each link opens one browser, once.</p>
<p class="note">For a new one, run <code>npm run micropush connect</code> on the machine, or <code>docker compose exec bot node cli/main.ts connect</code>.</p>`
  return setupPage({ title: 'Set up micropush', body, status: 403 })
}

/** The link's page: a click spends the secret, so that no preview of the link in a chat does. */
export function welcomePage(token: string, githubHost: string): Page {
  const body = `<h1>Connect micropush to GitHub</h1>
<p>In three steps, a GitHub App of your own comes into being on <b>${escapeHtml(githubHost)}</b>: you say where this bot can be reached, GitHub makes the
App and hands its key to this machine alone, and you choose the repositories.</p>
<p class="soft">You need to be signed in to ${escapeHtml(githubHost)}, and a web address that leads to this bot.</p>
<form method="post" action="/setup/begin"><input type="hidden" name="token" value="${escapeHtml(token)}"><button>Begin</button></form>`
  return setupPage({ title: 'Connect micropush to GitHub', body })
}

export interface AddressForm {
  readonly githubHost: string
  readonly address: string
  readonly name: string
  readonly account: 'personal' | 'organization'
  readonly organization: string
  readonly findings: readonly Finding[]
}

/** The first step: where the bot can be reached, and whose the App is to be. */
export function addressPage(form: AddressForm): Page {
  const checked = (account: AddressForm['account']) => (form.account === account ? ' checked' : '')
  const body = `<h1>Where can GitHub reach this bot?</h1>
${steps(1)}
${findingNotes(form.findings)}
<form method="post" action="/setup/address">
<div><label for="address">Public address of the bot</label>
<input id="address" name="address" required maxlength="300" autocomplete="url" spellcheck="false" value="${escapeHtml(form.address)}" placeholder="https://bot.example.com">
<p class="hint">GitHub delivers pushes there. It is looked at before you leave this page.</p></div>
<fieldset><legend>The App belongs to</legend>
<label><input type="radio" name="account" value="personal"${checked('personal')}>my own account</label>
<label><input type="radio" name="account" value="organization"${checked('organization')}>an organization:</label>
<input type="text" name="organization" aria-label="Name of the organization" maxlength="39" spellcheck="false" value="${escapeHtml(form.organization)}" placeholder="its name in addresses">
<p class="hint">Only this account can install the App: who may install it may run code on this machine.</p></fieldset>
<div><label for="name">Name of the App</label>
<input id="name" name="name" required maxlength="${LONGEST_NAME}" value="${escapeHtml(form.name)}">
<p class="hint">At most ${LONGEST_NAME} characters, and unlike any other on ${escapeHtml(form.githubHost)}. It signs the comments and statuses.</p></div>
<button>Check the address</button>
</form>`
  return setupPage({ title: 'Where can GitHub reach this bot?', body, status: form.findings.length > 0 ? 422 : 200 })
}
