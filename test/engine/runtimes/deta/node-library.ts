import { expect, test } from 'vitest'
import { nodePackages } from '../dependencies.ts'
import { ask, command } from '../sandbox.ts'
import { detaEnvironment, seenBy, serveNode, writes, type Place } from './place.ts'

/** The seam by which schedules will call what an app has registered. */
const INVOKE = `require('/opt/micropush/lib/node/detalib/handlers.js').invoke`

/** What `require('deta')` and `import 'deta'` give. */
export function nodeLibraryCases(place: Place): void {
  test('finds deta without having installed it, and keeps all of the app that it wraps', async () => {
    await using sandbox = await serveNode(
      place,
      `
const express = require('express')
const { App, Deta, Base, Drive } = require('deta')
const wrapped = express()
const app = App(wrapped)
app.lib.run((event) => ({ hello: event.json.name, raw: event.body, type: event.type, action: event.action }))
app.lib.run(async () => 'later', 'slow')
app.lib.cron((event) => event.type)
app.lib.cron(async () => 'second')
app.get('/', async (req, res) => {
  const invoke = ${INVOKE}
  res.json({
    same: app === wrapped,
    names: [Deta, Base, Drive].map((name) => typeof name),
    run: await invoke({ type: 'run', body: '{"name":"Ada"}' }),
    action: await invoke({ type: 'run', action: 'slow' }),
    cron: await invoke({ type: 'cron' }),
    unknown: await invoke({ type: 'run', action: 'x' }).catch((error) => error.message),
  })
})
module.exports = app`,
    )
    expect(await seenBy(sandbox)).toEqual({
      same: true,
      names: ['function', 'function', 'function'],
      run: { hello: 'Ada', raw: '{"name":"Ada"}', type: 'run', action: '' },
      action: 'later',
      cron: ['cron', 'second'],
      unknown: 'The app has no handler for the action x',
    })
    expect((await ask(sandbox.socket, { method: 'POST', path: '/__deta', body: '{"type":"cron"}' })).status).toBe(404)
  })

  test('makes Base and Drive at will, and says in words why a call to them fails', async () => {
    await using sandbox = await serveNode(
      place,
      `
const { Deta } = require('deta')
const deta = Deta(process.env.DETA_PROJECT_KEY)
const users = deta.Base('users')
const photos = Deta('a_b').Drive('photos')
users.put({ lost: 'nobody awaits this' })
const words = (promise) => promise.then(() => 'worked', (error) => error.message)
async function iterate() {
  for await (const page of users.fetch()) return page
}
module.exports = async (req, res) => {
  const calls = [users.put({}), users.get('a'), users.fetch(), users.update({ n: users.util.increment() }, 'a'), photos.put('a'), photos.list()]
  res.end(JSON.stringify([...(await Promise.all(calls.map(words))), await words(iterate())]))
}`,
    )
    const said = await seenBy(sandbox)
    const sentence = (call: string) => `${call} can store and read nothing.`
    expect(said).toEqual([
      `The Base service is not part of this micropush yet; ${sentence("Base('users').put()")}`,
      expect.stringContaining(sentence("Base('users').get()")),
      expect.stringContaining(sentence("Base('users').fetch()")),
      expect.stringContaining(sentence("Base('users').update()")),
      `The Drive service is not part of this micropush yet; ${sentence("Drive('photos').put()")}`,
      expect.stringContaining(sentence("Drive('photos').list()")),
      expect.stringContaining(sentence("Base('users').fetch()")),
    ])
    await writes(sandbox, "Base('users').put() can store and read nothing.")
  })

  test('an ES module imports the same packages by name', async () => {
    await using sandbox = await serveNode(place, {
      'index.mjs': `
import { createRequire } from 'module'
import express from 'express'
import deta, { App, app as bare, Deta } from 'deta'
import { waitUntil } from 'micropush'
const required = createRequire(import.meta.url)('deta')
const app = App(express())
app.get('/', (req, res) => {
  waitUntil(Promise.resolve())
  res.json([typeof Deta, typeof bare.lib.run, deta.App === App, required.App === App])
})
export default app`,
    })
    expect(await seenBy(sandbox)).toEqual(['function', 'function', true, true])
  })

  test('finds deta when it starts a server of its own, by require and by import', async () => {
    await using sandbox = await command({
      ...place,
      language: 'node',
      command: 'node server.mjs',
      files: {
        'required.cjs': `module.exports = require('deta').App`,
        'server.mjs': `
import http from 'http'
import { App } from 'deta'
import required from './required.cjs'
http.createServer((req, res) => res.end(JSON.stringify(App === required))).listen(process.env.PORT)`,
      },
    })
    expect(await seenBy(sandbox)).toBe(true)
  })

  test('is served without pages when it only registers handlers', async () => {
    await using sandbox = await serveNode(
      place,
      `const { app } = require('deta'); app.lib.cron(() => 'tick'); module.exports = app`,
    )
    expect(await ask(sandbox.socket)).toMatchObject({ status: 404, body: expect.stringContaining('no pages') })
  })

  test("npm's deta of old wins when it is installed, and finds its App", async () => {
    const dependencies = await nodePackages(['deta@1.2.0'])
    await using sandbox = await serveNode(
      { ...place, dependencies },
      `
const { App, app, Deta } = require('deta')
app.lib.cron(() => 'tick')
module.exports = App(async (req, res) => {
  const base = Deta('a_b').Base('users').constructor.name
  const where = require.resolve('deta')
  res.end(JSON.stringify({ base, where, cron: await ${INVOKE}({ type: 'cron' }) }))
})`,
    )
    expect(await seenBy(sandbox)).toEqual({
      base: expect.any(String),
      where: expect.stringMatching(/^\/app\/node_modules\/deta\//),
      cron: ['tick'],
    })
  })

  test("the app's own modules win over everything that is on the path", async () => {
    await using sandbox = await serveNode(place, {
      'package.json': '{"name":"of-old","version":"4.5.6"}',
      'deta.js': 'module.exports = "my deta"',
      'micropush.js': 'module.exports = "my micropush"',
      'db.js': 'module.exports = "my db"',
      'lib/deep.js': 'module.exports = [require("deta"), require("db")]',
      'index.js': `
const seen = [require('deta'), require('micropush'), require('./lib/deep'), require('package.json').version, typeof require('detalib').App]
module.exports = (req, res) => res.end(JSON.stringify(seen))`,
    })
    expect(await seenBy(sandbox)).toEqual(['my deta', 'my micropush', ['my deta', 'my db'], '4.5.6', 'function'])
  })

  test('sees the environment of old', async () => {
    const names = JSON.stringify(Object.keys(detaEnvironment))
    await using sandbox = await serveNode(
      place,
      `
const seen = ${names}.map((name) => process.env[name])
if (!process.env.DETA_RUNTIME) require('http').createServer((req, res) => res.end('a local run')).listen(3000)
module.exports = (req, res) => res.end(JSON.stringify(seen))`,
    )
    expect(await seenBy(sandbox)).toEqual(Object.values(detaEnvironment))
  })
}
