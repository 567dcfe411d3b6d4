import { escapeHtml } from '../../web/escape.ts'
import type { Answer } from '../http/answer.ts'
import type { Account } from '../state/accounts.ts'
import type { Repository } from '../state/repositories.ts'
import type { Manifest } from './read-manifest.ts'

interface Registration {
  readonly manifest: Manifest
  /** Where its button posts to. */
  readonly action: string
  readonly state: string
  readonly formKey: string
  readonly fault: string | undefined
}

/** What GitHub shows for a manifest: the name, which may be changed, and one button. */
export function registrationPage({ manifest, action, state, formKey, fault }: Registration): Answer {
  const rights = Object.entries(manifest.default_permissions).map(
    ([name, level]) => `<li>${escapeHtml(name)}: ${level}</li>`,
  )
  return htmlPage(
    fault === undefined ? 200 : 422,
    `<h1>Create GitHub App</h1>${fault === undefined ? '' : `<p role="alert"><b>${escapeHtml(fault)}</b></p>`}
<p>The forge stands in GitHub's place: it will be this App from now on, and the one it was before is gone.</p>
<form method="post" action="${escapeHtml(action)}">
${hidden('form_key', formKey)}${hidden('state', state)}${hidden('manifest', JSON.stringify(manifest))}
<p><label>GitHub App name <input name="name" value="${escapeHtml(manifest.name)}" maxlength="34"></label></p>
<p><button>Create GitHub App</button></p></form>
<ul>${rights.join('')}</ul>`,
  )
}

interface InstallationForm {
  readonly appName: string
  readonly action: string
  readonly formKey: string
  readonly accounts: readonly Account[]
  readonly repositories: readonly { readonly repository: Repository; readonly fullName: string }[]
}

/** Where somebody chooses the account and the repositories that the App may see. */
export function installationPage({ appName, action, formKey, accounts, repositories }: InstallationForm): Answer {
  const names = accounts.map(({ login }) => `<option value="${escapeHtml(login)}">`)
  const boxes = repositories.map(
    ({ repository, fullName }) =>
      `<li><label><input type="checkbox" name="repository" value="${repository.id}"> ${escapeHtml(fullName)}</label></li>`,
  )
  return htmlPage(
    200,
    `<h1>Install ${escapeHtml(appName)}</h1>
<form method="post" action="${escapeHtml(action)}">
${hidden('form_key', formKey)}
<p><label>Account <input name="account" list="accounts" required value="${escapeHtml(accounts[0]?.login ?? '')}"></label>
<datalist id="accounts">${names.join('')}</datalist></p>
<p><label><input type="radio" name="selection" value="all" checked> All repositories, also later ones</label><br>
<label><input type="radio" name="selection" value="selected"> Only select repositories</label></p>
<ul>${boxes.join('')}</ul>
<p><button>Install</button></p></form>`,
  )
}

/** A page that says only this. */
export function wordsPage(status: number, words: string): Answer {
  return htmlPage(status, `<h1>${escapeHtml(words)}</h1>`)
}

function htmlPage(status: number, body: string): Answer {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Forge</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}ul{padding-left:1.25rem}</style>
${body}</html>
`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'same-origin',
  }
  return { status, headers, bytes: Buffer.from(html) }
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
}
