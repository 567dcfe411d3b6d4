import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { ask, command, failure, serve } from '../sandbox.ts'
import type { Ground } from './ground.ts'
import { echo, raw } from './wire.ts'

const wsgi = `
import os, sys
def app(environ, start_response):
    body = environ["wsgi.input"].read()
    text = "%s %s %s %d" % (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], len(body))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
`

const asgi = `
import asyncio
log = []
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                log.append("started")
                scope["state"]["greeting"] = "hi"
                await send({"type": "lifespan.startup.complete"})
            else:
                print("shutting down", flush=True)
                await send({"type": "lifespan.shutdown.complete"})
                return
    elif scope["type"] == "http":
        size = 0
        while True:
            message = await receive()
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-state", scope["state"]["greeting"].encode())]})
        for part in ("".join(log), " ", scope["path"], " ", str(size)):
            await send({"type": "http.response.body", "body": part.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    else:
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            await send({"type": "websocket.send", "text": message["text"].upper()})
`

/** What the Python loader promises, shown on one version under one isolation. */
export function pythonLoaderCases({ image, runtime, way }: Ground): void {
  const python = { image, runtime, way, language: 'python' } as const

  test('is served as a WSGI application', async () => {
    await using sandbox = await serve({ ...python, files: { 'main.py': wsgi }, entry: 'main.py' })
    const body = Buffer.alloc(3_000_000, 'x')
    expect(await ask(sandbox.socket, { path: '/a%20b?c=d' })).toMatchObject({ status: 200, body: 'GET /a b c=d 0' })
    expect((await ask(sandbox.socket, { method: 'POST', body })).body).toBe('POST /  3000000')
    const { date = '' } = (await ask(sandbox.socket)).headers
    expect(new Date(date).toUTCString()).toBe(date)
    const head = await ask(sandbox.socket, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, body: '' })
    expect(await sandbox.stop()).toBe(0)
  })

  test('is served as an ASGI application, with its lifespan', async () => {
    await using sandbox = await serve({ ...python, files: { 'main.py': asgi }, entry: 'main.py' })
    const headers = { 'transfer-encoding': 'chunked' }
    const answer = await ask(sandbox.socket, { method: 'POST', path: '/x', headers, body: Buffer.alloc(200_000) })
    expect(answer).toMatchObject({ status: 200, body: 'started /x 200000', headers: { 'x-state': 'hi' } })
    expect(await sandbox.stop()).toBe(0)
    expect(sandbox.output()).toContain('shutting down')
  })

  test('speaks WebSockets when it is an ASGI application', async () => {
    await using sandbox = await serve({ ...python, files: { 'main.py': asgi }, entry: 'main.py' })
    expect(await echo(sandbox.socket, 'hello')).toBe('HELLO')
    expect(await echo(sandbox.socket, 'x'.repeat(70_000))).toBe('X'.repeat(70_000))
  })

  test('answers pipelined requests in order over one connection, and refuses a broken one', async () => {
    await using sandbox = await serve({ ...python, files: { 'main.py': wsgi }, entry: 'main.py' })
    const post = 'POST /1 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'
    const text = await raw(sandbox.socket, `${post}GET /2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    expect(text).toMatch(/POST \/1 {2}3[^]*GET \/2 {2}0/)
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
    const twice = 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'
    expect(await raw(sandbox.socket, twice)).toContain('400 Bad Request')
    const waits =
      'POST /3 HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n'
    expect(await raw(sandbox.socket, waits, { after: '100 Continue', text: 'ab' })).toContain('POST /3  2')
  })

  test('streams its answer, and learns that the client has gone', async () => {
    const files = {
      'main.py': `
import asyncio
async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("no lifespan here")
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    message = await receive()
    print("told: " + message["type"], flush=True)
`,
    }
    await using sandbox = await serve({ ...python, files, entry: 'main.py' })
    const socket = connect(sandbox.socket)
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      if (chunk.toString().includes('first')) break
    }
    socket.destroy()
    expect(await sandbox.stop()).toBe(0)
    expect(sandbox.output()).toContain('told: http.disconnect')
  })

  test('imports its own modules first, and finds nothing of the loader', async () => {
    const files = {
      'queue.py': 'WHOSE = "mine"',
      'db.py': 'import queue\nNAME = queue.WHOSE',
      'main.py': `
import db, sys
ours = [m for m in sys.modules if "micropush" in m] + [p for p in sys.path if "micropush" in p]
def app(environ, start_response):
    start_response("200 OK", [])
    return [("%s %s %s %s" % (db.NAME, __name__, ours, sys.argv)).encode()]
`,
    }
    await using sandbox = await serve({ ...python, files, entry: 'main.py' })
    expect((await ask(sandbox.socket)).body).toBe("mine main ['/opt/micropush/lib/python'] ['/app/main.py']")
  })

  test('compiles nothing of the standard library or of the loader, which bring their byte-code', async () => {
    const files = {
      'main.py': `
import sys
compiled = []
watch = getattr(sys, "addaudithook", None)
if watch:
    watch(lambda event, args: compiled.append(str(args[1])) if event == "compile" else None)
import asyncio, email, http.client, json, sqlite3, ssl, unittest.mock, urllib.request, xml.dom.minidom, zipfile
import importlib.util, os
def cached(module):
    origin = getattr(module.__spec__, "origin", None) or ""
    return not origin.endswith(".py") or origin.startswith("/app/") or os.path.exists(importlib.util.cache_from_source(origin))
missing = [name for name, module in list(sys.modules.items()) if getattr(module, "__spec__", None) and not cached(module)]
def app(environ, start_response):
    start_response("200 OK", [])
    return [repr([[name for name in compiled if name.startswith("/")], missing]).encode()]
`,
    }
    await using sandbox = await serve({ ...python, files, entry: 'main.py' })
    expect((await ask(sandbox.socket)).body).toBe('[[], []]')
  })

  test('may block in its import with a server of its own', async () => {
    const files = {
      'main.py': `
import os
from wsgiref.simple_server import make_server
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"own server"]
make_server("", int(os.environ["PORT"]), app).serve_forever()
`,
    }
    await using sandbox = await serve({ ...python, files, entry: 'main.py' })
    expect((await ask(sandbox.socket)).body).toBe('own server')
  })

  test('is not kept waiting when its own server lets few connections wait', async () => {
    const files = {
      'main.py': `
import os
from wsgiref.simple_server import make_server
def app(environ, start_response):
    start_response("200 OK", [])
    names, values = [line.split() for line in open("/proc/net/netstat") if line.startswith("TcpExt")]
    return [values[names.index("TCPSynRetrans")].encode()]
make_server("", int(os.environ["PORT"]), app).serve_forever()
`,
    }
    await using sandbox = await serve({ ...python, files, entry: 'main.py' })
    const bodies = await Promise.all(Array.from({ length: 40 }, async () => (await ask(sandbox.socket)).body))
    // The kernel asks again for a dropped connection after whole seconds; init asks before that.
    expect(bodies).toEqual(bodies.map(() => '0'))
  })

  test('runs the command that the file names', async () => {
    const files = { 'index.html': 'from a file' }
    await using sandbox = await command({ ...python, files, command: 'python3 -m http.server $PORT' })
    expect((await ask(sandbox.socket, { path: '/index.html' })).body).toBe('from a file')
  })

  test('fails with a traceback that begins in the app', async () => {
    const files = { 'db.py': 'raise ValueError("no database")', 'main.py': 'import db' }
    const text = await failure({ ...python, files, entry: 'main.py' })
    expect(text).toContain('ValueError: no database')
    expect(text).toContain('File "main.py", line 1')
    expect(text).toContain('File "db.py", line 1')
    expect(text).not.toMatch(/\/app\/|micropush/)
  })

  test('fails in words that help when a package is missing, and when there is no app', async () => {
    const missing = await failure({ ...python, files: { 'main.py': 'import flask' }, entry: 'main.py' })
    expect(missing).toContain('add it to requirements.txt')
    const none = await failure({ ...python, files: { 'main.py': 'x = 1' }, entry: 'main.py' })
    expect(none).toContain('main.py has no `app`')
  })

  test('fails when its start-up does', async () => {
    const files = {
      'main.py': `
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database there"})
`,
    }
    expect(await failure({ ...python, files, entry: 'main.py' })).toContain('no database there')
  })

  test('answers 500 and serves on when a request breaks it', async () => {
    const files = {
      'main.py': `
def app(environ, start_response):
    if environ["PATH_INFO"] == "/break":
        raise RuntimeError("broken on purpose")
    start_response("200 OK", [])
    return [b"fine"]
`,
    }
    await using sandbox = await serve({ ...python, files, entry: 'main.py' })
    expect(await ask(sandbox.socket, { path: '/break' })).toMatchObject({
      status: 500,
      body: 'Internal Server Error\n',
    })
    expect((await ask(sandbox.socket)).body).toBe('fine')
    // Docker passes its output on in its own time, and all of it before it says that it ended.
    await sandbox.stop()
    expect(sandbox.output()).toContain('broken on purpose')
  })
}
