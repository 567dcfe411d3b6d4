import type { IncomingMessage, ServerResponse } from 'node:http'
import { githubAppFile } from '../../contract/github-app.ts'
import { readBody, type BodyBudget } from '../http/read-body.ts'
import { errorPage, refuseBody, respond, type Page } from '../http/respond.ts'
import { sessionCookie, sessionIn } from './cookie.ts'
import { convertCode } from './convert.ts'
import { SESSION_MS } from './gate.ts'
import { closedPage, welcomePage } from './pages/begin.ts'
import { failedPage } from './pages/leave.ts'
import { installedPage } from './pages/standing.ts'
import { redirect, type SetupParts } from './parts.ts'
import { showStanding } from './show-standing.ts'
import { emptyForm, takeAddress } from './take-address.ts'

const FORM_BYTES = 16 * 1024

/** Answers everything below `/setup`. */
export type SetupDoor = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>

interface Call {
  readonly request: IncomingMessage
  readonly url: URL
  readonly form: URLSearchParams
  /** Of a browser that was let in. */
  readonly session: string | undefined
}

/**
 * The pages that lead to a GitHub App. Open to everybody are only the address check, whose answers prove nothing to anybody else, and the
 * page after an installation; all else needs the session that the setup link gave.
 */
export function createSetupDoor(parts: SetupParts): SetupDoor {
  const budget: BodyBudget = { heldBytes: 0, mostBytes: 64 * FORM_BYTES }
  return async (request, response, url) => {
    const form = await readForm(request, budget)
    if (form === undefined) return refuseBody(request, response, errorPage(413, 'This is more than a form of ours.'))
    const brought = sessionIn(request)
    const session = parts.gate.isOpenTo(brought) ? brought : undefined
    respond(request, response, await answer(parts, { request, url, form, session }))
  }
}

async function answer(parts: SetupParts, call: Call): Promise<Page> {
  const { request, url } = call
  const method = request.method === 'HEAD' ? 'GET' : request.method
  // A form of another site does not bring the cookie; this refuses it also where a browser would.
  const site = request.headers['sec-fetch-site']
  if (method === 'POST' && site !== undefined && site !== 'same-origin')
    return errorPage(403, 'This form was sent from another site.')
  switch (`${method} ${url.pathname}`) {
    case 'GET /setup':
      return show(parts, call)
    case 'POST /setup/begin':
      return begin(parts, call)
    case 'POST /setup/address':
      return call.session === undefined ? closedPage() : takeAddress(parts, { ...call, session: call.session })
    case 'GET /setup/created':
      return created(parts, call)
    case 'GET /setup/installed':
      return call.session === undefined ? installedPage() : redirect('/setup')
    default:
      return echo(parts, url) ?? errorPage(404, 'There is nothing here.')
  }
}

async function show(parts: SetupParts, { request, url, session }: Call): Promise<Page> {
  const token = url.searchParams.get('token')
  if (session === undefined) return token === null ? closedPage() : welcomePage(token, parts.githubHost)
  return parts.connection.current() === undefined ? emptyForm(parts, request) : showStanding(parts)
}

async function begin({ gate, log }: SetupParts, { request, form }: Call): Promise<Page> {
  const session = await gate.enter(form.get('token') ?? '')
  if (session === undefined) return closedPage()
  log.info('the setup page was opened with the link')
  const isSecure = request.headers.origin?.startsWith('https:') === true
  return redirect('/setup', { 'set-cookie': sessionCookie(session, { isSecure, maxMs: SESSION_MS }) })
}

/** Back from GitHub, with a code for the App's key. */
async function created(parts: SetupParts, { url, session }: Call): Promise<Page> {
  const { connection, gate, github, log, settings } = parts
  if (session === undefined) return closedPage()
  // The page was loaded again, or another browser was quicker.
  if (connection.current() !== undefined) return redirect('/setup')
  const back = await gate.comeBack(session, url.searchParams.get('state') ?? '')
  if (back.kind !== 'welcome') return failedPage({ words: returns[back.kind], retry: undefined })
  const code = url.searchParams.get('code') ?? ''
  if (!/^[\w-]{1,200}$/.test(code)) {
    return failedPage({ words: 'GitHub sent you back without a code: the App was not made.', retry: undefined })
  }
  const conversion = await convertCode({ code, github, botUrl: back.botUrl })
  if (conversion.kind === 'failed') {
    log.warn({ reason: conversion.words }, 'the App could not be taken from GitHub')
    if (!conversion.again) return failedPage({ words: conversion.words, retry: undefined })
    const state = await gate.depart(session, back.botUrl)
    return failedPage({ words: conversion.words, retry: `/setup/created?code=${code}&state=${state}` })
  }
  await connection.adopt(conversion.app)
  const { appId, slug, owner } = conversion.app
  log.info({ appId, slug, owner, file: githubAppFile(settings.dataDir) }, 'connected to GitHub')
  return redirect('/setup')
}

const returns = {
  unknown:
    'This way back was used already, or was begun in another browser. If GitHub shows the App under Settings → Developer settings → GitHub Apps, delete it there; then begin again.',
  late: 'More than an hour has passed since you left for GitHub, and what it gave you is not good any more. Delete the App under Settings → Developer settings → GitHub Apps, then begin again.',
} as const

function echo({ echo }: SetupParts, { pathname }: URL): Page | undefined {
  const nonce = /^\/setup\/check\/([0-9a-f]{1,64})$/.exec(pathname)?.[1]
  const said = nonce === undefined ? undefined : echo.answer(nonce)
  return said === undefined ? undefined : { status: 200, type: 'text/plain; charset=utf-8', body: `${said}\n` }
}

async function readForm(request: IncomingMessage, budget: BodyBudget): Promise<URLSearchParams | undefined> {
  if (request.method !== 'POST') {
    request.resume()
    return new URLSearchParams()
  }
  const body = await readBody(request, { mostBytes: FORM_BYTES, budget })
  return body.kind === 'body' ? new URLSearchParams(body.bytes.toString('utf8')) : undefined
}
