import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { ask, type TestSandbox } from '../sandbox.ts'
import { becomes, isBusy, servePython, writes, type Place } from './place.ts'

/** Work that ends when another request says so. */
const FASTAPI = `
import asyncio, time
from fastapi import BackgroundTasks, FastAPI
from micropush import wait_until
app = FastAPI()
held = []
async def hold():
    held.append(asyncio.Event())
    await held[-1].wait()
    print("went on to its end", flush=True)
def brief():
    time.sleep(0.7)
    print("done after SIGTERM", flush=True)
async def blocking():
    time.sleep(1.5)
async def broken():
    raise ValueError("no mail today")
@app.get("/background")
def background(tasks: BackgroundTasks):
    tasks.add_task(hold)
    return "answered"
@app.get("/blocking")
async def block(tasks: BackgroundTasks):
    tasks.add_task(blocking)
    return "answered"
@app.get("/brief")
def start_brief(tasks: BackgroundTasks):
    tasks.add_task(brief)
    return "answered"
@app.get("/coroutine")
async def coroutine():
    wait_until(hold())
    wait_until(asyncio.ensure_future(hold()))
    return "answered"
@app.get("/broken")
async def start_broken():
    wait_until(broken())
    wait_until(lambda: 1 / 0)
    return "answered"
@app.get("/wait")
async def wait():
    print("waits", flush=True)
    await hold()
@app.get("/release")
async def release():
    held.pop().set()
    return "released"
`

/** The same without an event loop. */
const WSGI = `
import os, threading, time
from concurrent.futures import Future
import _micropush_busy
from micropush import wait_until
release = threading.Event()
future = Future()
def released():
    while not os.path.exists("/tmp/release"):
        time.sleep(0.02)
def ended():
    while _micropush_busy.any_pending():
        time.sleep(0.02)
class Answer(list):
    def close(self):
        release.wait()
        print("closed", flush=True)
async def later(word):
    print(word, flush=True)
def app(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Length", "8")])
    if path == "/close":
        return Answer([b"answered"])
    if path == "/thread":
        wait_until(release.wait)
    if path == "/coroutine":
        wait_until(later, "ran without a loop")
    if path == "/future":
        wait_until(future)
    if path == "/fork":
        reading, writing = os.pipe()
        if os.fork() == 0:
            wait_until(released)
            os.write(writing, b"x")
            ended()
            os._exit(0)
        os.read(reading, 1)
        wait_until(int)
        ended()
    if path == "/release":
        open("/tmp/release", "w").close()
        release.set()
        future.set_result(None)
    return [b"answered"]
`

/** What Python apps do after their answers. */
export function pythonBusyCases(place: Place): void {
  test('is busy with background tasks without being told, and the connection is free meanwhile', async () => {
    await using sandbox = await servePython(place, FASTAPI)
    const connection = keepOpen(sandbox)
    expect(await connection.get('/background')).toContain('answered')
    await becomes(sandbox, 'busy')
    expect(await connection.get('/release')).toContain('released')
    await becomes(sandbox, 'idle')
    await writes(sandbox, 'went on to its end')
    connection.end()
  })

  test('is busy with a request whose client has gone before the answer', async () => {
    await using sandbox = await servePython(place, FASTAPI)
    const socket = connect(sandbox.socket)
    socket.write('GET /wait HTTP/1.1\r\nhost: x\r\n\r\n')
    await writes(sandbox, 'waits')
    expect(await isBusy(sandbox)).toBe(false)
    socket.destroy()
    await becomes(sandbox, 'busy')
    await ask(sandbox.socket, { path: '/release' })
    await becomes(sandbox, 'idle')
  })

  test('is busy with a background task that blocks the event loop', async () => {
    await using sandbox = await servePython(place, FASTAPI)
    expect((await ask(sandbox.socket, { path: '/blocking' })).body).toContain('answered')
    await becomes(sandbox, 'busy')
    await becomes(sandbox, 'idle')
  })

  test('is busy until the last of what it waits for has ended', async () => {
    await using sandbox = await servePython(place, FASTAPI)
    await ask(sandbox.socket, { path: '/coroutine' })
    expect(await isBusy(sandbox)).toBe(true)
    await ask(sandbox.socket, { path: '/release' })
    expect(await isBusy(sandbox)).toBe(true)
    await ask(sandbox.socket, { path: '/release' })
    await becomes(sandbox, 'idle')
  })

  test('serves on when such work fails, and finds the reason in its log', async () => {
    await using sandbox = await servePython(place, FASTAPI)
    expect((await ask(sandbox.socket, { path: '/broken' })).body).toContain('answered')
    await writes(sandbox, 'ValueError: no mail today')
    await writes(sandbox, 'ZeroDivisionError')
    await becomes(sandbox, 'idle')
  })

  test('gets to end such work when it is asked to stop', async () => {
    await using sandbox = await servePython(place, FASTAPI)
    await ask(sandbox.socket, { path: '/brief' })
    expect(await sandbox.stop()).toBe(0)
    await writes(sandbox, 'done after SIGTERM')
  })

  test.each([
    ['an answer whose close() takes its time', '/close', 'closed'],
    ['a thread', '/thread', ''],
    ['a future', '/future', ''],
  ])('is busy under WSGI with %s', async (_name, path, said) => {
    await using sandbox = await servePython(place, WSGI)
    expect((await ask(sandbox.socket, { path })).body).toBe('answered')
    await becomes(sandbox, 'busy')
    expect((await ask(sandbox.socket, { path: '/release' })).body).toBe('answered')
    await becomes(sandbox, 'idle')
    await writes(sandbox, said)
  })

  test('stays busy for one process of an app when another one has ended its work', async () => {
    await using sandbox = await servePython(place, WSGI)
    expect((await ask(sandbox.socket, { path: '/fork' })).body).toBe('answered')
    // The parent took the mark away before it answered; the child sets it again.
    await becomes(sandbox, 'busy')
    await ask(sandbox.socket, { path: '/release' })
    await becomes(sandbox, 'idle')
  })

  test('runs a coroutine for an app that has no event loop', async () => {
    await using sandbox = await servePython(place, WSGI)
    await ask(sandbox.socket, { path: '/coroutine' })
    await writes(sandbox, 'ran without a loop')
    await becomes(sandbox, 'idle')
  })
}

/** Takes as long as the bound is. */
export function pythonBoundCase(place: Place): void {
  test('is busy for no longer than 10 s with work that never ends', async () => {
    await using sandbox = await servePython(place, WSGI)
    const started = Date.now()
    await ask(sandbox.socket, { path: '/thread' })
    await becomes(sandbox, 'idle', 15_000)
    expect(Date.now() - started).toBeGreaterThan(9_000)
    expect(sandbox.output()).toContain('takes longer than 10 s')
    expect((await ask(sandbox.socket)).body).toBe('answered')
  })
}

/** One connection for several requests, one after the other, as the gateway keeps them. */
function keepOpen(sandbox: TestSandbox) {
  const socket = connect(sandbox.socket)
  return {
    async get(path: string): Promise<string> {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
      const [data]: unknown[] = await once(socket, 'data', { signal: AbortSignal.timeout(5_000) })
      return String(data)
    },
    end: () => socket.destroy(),
  }
}
