import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { MicropushError } from '../../contract/errors.ts'
import type { Forge } from '../forge.ts'
import { readText } from '../http/body.ts'
import { ensureAccount, PERSON } from '../state/accounts.ts'
import type { RefUpdate } from '../webhooks/push-event.ts'
import { tellPush } from './outcome.ts'

/** `sun_path` in unix(7), less its end. */
const LONGEST_SOCKET_PATH = 107

const LINE = /^(?<before>[0-9a-f]{40}) (?<after>[0-9a-f]{40}) (?<ref>refs\/\S+)$/

/**
 * Where the post-receive hook reports, on a unix socket that only the forge's own user can open:
 * `POST /pushes/<repository id>/<login>` with git's lines `<before> <after> <ref>`; the answer is the text for the person who pushed.
 *
 * @throws MicropushError `setup-incomplete` when the path is too long for a socket.
 */
export async function listenForHooks(forge: Forge, socketPath: string): Promise<Server> {
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
    throw new MicropushError('setup-incomplete', 'The path of MICROPUSH_DATA is too long for a unix socket below it.')
  }
  await rm(socketPath, { force: true })
  const server = createServer((request, response) => {
    serve(forge, request, response).catch((error: unknown) => {
      forge.log('a push could not be announced', { error: String(error) })
      // The push itself succeeded; the reason is in the log, the person reads what follows from it.
      response.end('The forge failed to tell micropush of this push. It tries again when it is started again.\n')
    })
  })
  // A hook stays connected for as long as its push is followed.
  server.requestTimeout = 0
  server.listen(socketPath)
  await once(server, 'listening')
  await chmod(socketPath, 0o600)
  return server
}

async function serve(forge: Forge, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, id, login] = /^\/pushes\/(\d+)(?:\/([\w[\]-]*))?$/.exec(request.url ?? '') ?? []
  if (id === undefined || request.method !== 'POST') {
    response.writeHead(404).end()
    return
  }
  const updates = parseUpdates(await readText(request))
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  const left = new AbortController()
  response.once('close', () => {
    left.abort()
  })
  const pusher = ensureAccount(forge.database, login || PERSON)
  const push = { repositoryId: Number(id), updates, pusher, left: left.signal }
  for await (const line of tellPush(forge, push)) response.write(`${line}\n`)
  response.end()
}

/** The lines that git gives a post-receive hook; others are none of ours, such as `refs/notes/…`. */
function parseUpdates(text: string): RefUpdate[] {
  return text
    .split('\n')
    .map((line) => LINE.exec(line)?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ before = '', after = '', ref = '' }) => ({ before, after, ref }))
    .filter(({ ref }) => /^refs\/(heads|tags)\//.test(ref))
}
