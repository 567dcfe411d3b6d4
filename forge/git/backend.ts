import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Git } from './git.ts'

const LONGEST_MS = 15 * 60_000
const LONGEST_BYTES = 2 * 1024 ** 3
const LONGEST_HEAD_BYTES = 64 * 1024

export interface BackendCall {
  readonly repositoryId: number
  /** `/info/refs`, `/git-upload-pack` or `/git-receive-pack`. */
  readonly service: string
  readonly query: string
  readonly user: string
  /** For the hook of a push. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Serves one request of git's smart HTTP protocol through `git http-backend`, a CGI program (RFC 3875), both ways as a stream.
 * When the person presses Ctrl-C the program is left to finish: what was pushed stays pushed.
 */
export async function serveGit(
  git: Git,
  call: BackendCall,
  http: { request: IncomingMessage; response: ServerResponse },
) {
  const { request, response } = http
  const child = spawn('git', ['http-backend'], {
    env: { ...git.env, ...call.env, ...cgi(request, call, git.folder(call.repositoryId)) },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  })
  child.stderr.resume()
  child.on('error', () => response.destroy())
  const sent = pipeline(request, counted(), child.stdin).catch(() => {
    // The client went away or sent too much, or git needed no more: git sees the end of its input and says what it thinks of it.
    child.stdin.destroy()
  })
  await answer(child.stdout, response)
  await sent
}

function cgi(request: IncomingMessage, call: BackendCall, folder: string): Record<string, string> {
  const header = (name: string) => String(request.headers[name] ?? '')
  return {
    GATEWAY_INTERFACE: 'CGI/1.1',
    GIT_HTTP_EXPORT_ALL: '1',
    // Also allows a repository below a folder of symbolic links; PATH_INFO holds nothing but the service.
    GIT_PROJECT_ROOT: folder,
    PATH_INFO: call.service,
    QUERY_STRING: call.query,
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_USER: call.user,
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    CONTENT_TYPE: header('content-type'),
    // Without a length git reads to the end, which is how a chunked body arrives.
    ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: header('content-length') }),
    // git unpacks gzip by itself.
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    HTTP_GIT_PROTOCOL: header('git-protocol'),
  }
}

function counted(): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > LONGEST_BYTES ? new Error('the push is larger than 2 GB') : null, chunk)
    },
  })
}

/** Turns the CGI head into a response, then passes the body on; a client that left does not stop the reading. */
async function answer(stdout: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of stdout) {
    if (head === undefined) {
      await write(response, chunk)
      continue
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) {
      if (head.length > LONGEST_HEAD_BYTES) break
      continue
    }
    writeHead(response, head.subarray(0, end).toString('latin1'))
    await write(response, head.subarray(end + 4))
    head = undefined
  }
  if (head !== undefined && !response.headersSent) response.writeHead(500)
  response.end()
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200
  const headers: [string, string][] = []
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else headers.push([name, value])
  }
  response.writeHead(status, Object.fromEntries(headers))
  response.flushHeaders()
}

async function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  if (response.destroyed || response.write(chunk)) return
  await new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
