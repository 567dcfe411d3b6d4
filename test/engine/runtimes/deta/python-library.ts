import { expect, test } from 'vitest'
import { ask, command } from '../sandbox.ts'
import { detaEnvironment, seenBy, servePython, writes, type Place } from './place.ts'

/** What `import deta` gives. */
export function pythonLibraryCases(place: Place): void {
  test('finds deta without having installed it, and keeps all of the app that it wraps', async () => {
    const app = `
import asyncio
from deta import App, Deta, app as bare
from detalib.app import App as of_old
from detalib.handlers import invoke
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
wrapped = FastAPI()
app = App(wrapped)
app.mount("/static", StaticFiles(directory="static"), name="static")
@app.lib.run()
def greet(event):
    async def later():
        return [event.json["name"], event.body, event.type, event.action]
    return asyncio.run(later())
@app.lib.run(action="time")
@app.lib.cron()
def stacked(event):
    return event.type + event.action
@app.lib.cron()
async def second(event):
    return "second"
@app.get("/")
def index():
    seen = {"same": app is wrapped, "old": of_old is App, "bare": callable(bare)}
    seen["run"] = invoke("run", body='{"name":"Ada"}')
    seen["action"] = invoke("run", "time")
    seen["cron"] = invoke("cron")
    try:
        invoke("run", "x")
    except LookupError as error:
        seen["unknown"] = str(error)
    return seen
`
    await using sandbox = await servePython(place, { 'main.py': app, 'static/a.txt': 'static' })
    expect(await seenBy(sandbox)).toEqual({
      same: true,
      old: true,
      bare: true,
      run: ['Ada', '{"name":"Ada"}', 'run', ''],
      action: 'runtime',
      cron: ['cron', 'second'],
      unknown: 'The app has no handler for the action x',
    })
    expect((await ask(sandbox.socket, { path: '/static/a.txt' })).body).toBe('static')
    expect((await ask(sandbox.socket, { method: 'POST', path: '/__deta', body: '{"type":"cron"}' })).status).toBe(404)
  })

  test('makes Base and Drive at will, and says in words why a call to them fails', async () => {
    const app = `
import asyncio, json
from deta import Base, Deta, Drive
deta = Deta("a0abc_secret")
users, later, photos = deta.Base("users"), deta.AsyncBase("later"), Deta().Drive("photos")
def words(call):
    try:
        result = call()
        return asyncio.run(result) if asyncio.iscoroutine(result) else "worked"
    except Exception as error:
        return str(error)
calls = [
    lambda: users.put({"a": 1}),
    lambda: next(users.fetch({"a?gt": 1})),
    lambda: users.update({"n": users.util.increment()}, "a"),
    lambda: later.get("a"),
    lambda: photos.put("a.txt", data=b"x"),
    lambda: Base("other").insert({}),
    lambda: Drive("other").list(),
]
def app(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps([words(call) for call in calls]).encode()]
`
    await using sandbox = await servePython(place, app)
    const sentence = (call: string) => `${call} can store and read nothing.`
    expect(await seenBy(sandbox)).toEqual([
      `The Base service is not part of this micropush yet; ${sentence("Base('users').put()")}`,
      expect.stringContaining(sentence("Base('users').fetch()")),
      expect.stringContaining(sentence("Base('users').update()")),
      expect.stringContaining(sentence("AsyncBase('later').get()")),
      `The Drive service is not part of this micropush yet; ${sentence("Drive('photos').put()")}`,
      expect.stringContaining(sentence("Base('other').insert()")),
      expect.stringContaining(sentence("Drive('other').list()")),
    ])
  })

  test.each([
    [
      'a Flask app',
      `from flask import Flask\napp = App(Flask(__name__))\n@app.route("/")\ndef index():\n    return "served"`,
    ],
    [
      'an ASGI app that takes no attributes',
      `
class Small:
    __slots__ = ()
    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})
app = App(Small())
assert callable(app.lib.run())`,
    ],
    [
      'a plain WSGI function',
      `
def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [b"served"]
app = App(wsgi)
app.lib.cron(lambda event: None)`,
    ],
  ])('serves %s that it wraps', async (_name, app) => {
    await using sandbox = await servePython(place, `from deta import App\n${app}\n`)
    expect(await ask(sandbox.socket), sandbox.output()).toMatchObject({ status: 200, body: 'served' })
  })

  test('finds deta when it starts a server of its own', async () => {
    await using sandbox = await command({
      ...place,
      language: 'python',
      command: 'python3 server.py',
      files: {
        'server.py': `
import os
from wsgiref.simple_server import make_server
from deta import App
from micropush import wait_until
def wsgi(environ, start_response):
    wait_until(print, "after it", flush=True)
    start_response("200 OK", [])
    return [b"served"]
make_server("", int(os.environ["PORT"]), App(wsgi)).serve_forever()
`,
      },
    })
    expect((await ask(sandbox.socket)).body).toBe('served')
    await writes(sandbox, 'after it')
  })

  test('is served without pages when it only registers handlers', async () => {
    const app = `from deta import app\n@app.lib.cron()\ndef tick(event):\n    return "tick"\n`
    await using sandbox = await servePython(place, app)
    expect(await ask(sandbox.socket)).toMatchObject({ status: 404, body: expect.stringContaining('no pages') })
  })

  test("the app's own modules win over everything that is on the path", async () => {
    const own = (name: string) => `WHOSE = "my ${name}"`
    await using sandbox = await servePython(place, {
      'deta.py': own('deta'),
      'micropush.py': own('micropush'),
      'db.py': own('db'),
      'utils.py': own('utils'),
      'bottle.py': own('bottle'),
      'main.py': `
import json
import bottle, db, deta, micropush, utils
seen = [module.WHOSE for module in (bottle, db, deta, micropush, utils)]
def app(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps(seen).encode()]
`,
    })
    expect(await seenBy(sandbox)).toEqual(['my bottle', 'my db', 'my deta', 'my micropush', 'my utils'])
  })

  test('sees the environment of old', async () => {
    const app = `
import json, os
seen = [os.environ.get(name) for name in ${JSON.stringify(Object.keys(detaEnvironment))}]
if not os.environ.get("DETA_RUNTIME"):
    raise SystemExit("a local run")
def app(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps(seen).encode()]
`
    await using sandbox = await servePython(place, app)
    expect(await seenBy(sandbox)).toEqual(Object.values(detaEnvironment))
  })
}
