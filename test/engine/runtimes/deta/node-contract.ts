import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask } from '../sandbox.ts'
import { bytesOf, seenBy, serveNode, type Place } from './place.ts'

const EXPORTED = `const http = require('http')
const answer = (text) => (req, res) => res.end(text)
`

/** How the Node apps of old are written. */
export function nodeContractCases(place: Place): void {
  test.each([
    [
      'exports and listens on PORT',
      `http.createServer(answer('served')).listen(process.env.PORT); module.exports = answer('served')`,
    ],
    [
      'exports and listens on a fixed 3000',
      `http.createServer(answer('other')).listen(3000); module.exports = answer('served')`,
    ],
    [
      'exports something else and listens at 127.0.0.1',
      `http.createServer(answer('served')).listen(Number(process.env.PORT), '127.0.0.1'); module.exports = { version: 1, helper: 'x' }`,
    ],
    ['exports what TypeScript compiled to a default', `exports.__esModule = true; exports.default = answer('served')`],
  ])('is served when it %s', async (_name, app) => {
    await using sandbox = await serveNode(place, EXPORTED + app)
    expect((await ask(sandbox.socket)).body).toBe('served')
  })

  test('is served when its entry only passes on what a build put elsewhere', async () => {
    await using sandbox = await serveNode(place, {
      'dist/index.js': `exports.__esModule = true; exports.default = (req, res) => res.end('built')`,
      'index.js': `module.exports = require('./dist/index.js').default`,
    })
    expect((await ask(sandbox.socket)).body).toBe('built')
  })

  test('gets no request before the first of a client, and a PORT that is a number', async () => {
    const app = `
let requests = 0
module.exports = (req, res) => res.end(JSON.stringify({ requests: ++requests, port: Number.isInteger(+process.env.PORT) }))`
    await using sandbox = await serveNode(place, app)
    expect(await seenBy(sandbox)).toEqual({ requests: 1, port: true })
  })

  test('finds its files by relative paths, and answers with whatever bytes they have', async () => {
    const picture = Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256))
    await using sandbox = await serveNode(place, {
      'index.html': '<h1>hi</h1>',
      'src/static/empty.css': '',
      'src/static/picture.png': picture,
      'index.js': `
const fs = require('fs')
const express = require('express')
const page = fs.readFileSync('index.html', 'utf8')
const app = express()
app.use(express.static('./src/static'))
app.get('/', (req, res) => res.json([process.cwd() === __dirname, page]))
app.get('/moved', (req, res) => res.redirect('/elsewhere'))
module.exports = app`,
    })
    expect(await seenBy(sandbox)).toEqual([true, '<h1>hi</h1>'])
    expect(hash(await bytesOf(sandbox, '/picture.png'))).toBe(hash(picture))
    const empty = await ask(sandbox.socket, { path: '/empty.css' })
    expect(empty).toMatchObject({ status: 200, body: '', headers: { 'content-length': '0' } })
    expect(await ask(sandbox.socket, { path: '/moved' })).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere' },
    })
  })
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
