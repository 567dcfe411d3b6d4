import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ask } from '../sandbox.ts'
import { bytesOf, seenBy, servePython, type Place } from './place.ts'

/** How the Python apps of old are written. */
export function pythonContractCases(place: Place): void {
  test('finds its files by relative paths, reads SQLite from them at its import, and answers with whatever bytes they have', async () => {
    const picture = Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256))
    await using sandbox = await servePython(place, {
      'index.html': '<h1>hi</h1>',
      'static/empty.css': '',
      'static/picture.png': picture,
      'quotes.db': await database(),
      'main.py': `
import os, sqlite3
from flask import Flask, jsonify, redirect, send_file
quotes = sqlite3.connect("quotes.db").execute("select text from quotes").fetchall()
page = open("index.html").read()
app = Flask(__name__, static_url_path="", static_folder="static")
requests = []
@app.before_request
def count():
    requests.append(1)
@app.route("/")
def index():
    return jsonify(here=os.getcwd() == os.path.dirname(os.path.abspath(__file__)), page=page, quotes=quotes, requests=len(requests))
@app.route("/moved")
def moved():
    return redirect("/elsewhere")
if __name__ == "__main__":
    raise SystemExit("only a local run comes here")
`,
    })
    // Its own first request, too: readiness has asked for none.
    expect(await seenBy(sandbox)).toEqual({ here: true, page: '<h1>hi</h1>', quotes: [['less is more']], requests: 1 })
    expect((await bytesOf(sandbox, '/picture.png')).equals(picture)).toBe(true)
    expect(await ask(sandbox.socket, { path: '/empty.css' })).toMatchObject({ status: 200, body: '' })
    expect(await ask(sandbox.socket, { path: '/moved' })).toMatchObject({ status: 302 })
  })

  test.each([
    ['app', 'app = wsgi\nother = 1'],
    ['app, beside a server on a fixed port', 'app = wsgi\nserve(3000)'],
    ['something else, and listens at 127.0.0.1:PORT', 'api_version = 3\nserve(int(os.environ["PORT"]))'],
  ])('is served when it names %s', async (_name, rest) => {
    const app = `
import os, threading
from wsgiref.simple_server import make_server
def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [b"served"]
def serve(port):
    threading.Thread(target=make_server("127.0.0.1", port, wsgi).serve_forever, daemon=True).start()
${rest}
`
    await using sandbox = await servePython(place, app)
    expect((await ask(sandbox.socket)).body).toBe('served')
  })
}

async function database(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'micropush-sqlite-'))
  try {
    const path = join(folder, 'quotes.db')
    const made = new DatabaseSync(path)
    made.exec("create table quotes (text); insert into quotes values ('less is more')")
    made.close()
    return await readFile(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}
