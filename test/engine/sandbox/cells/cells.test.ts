import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../stage.ts'
import { openCellStage, type CellStage } from './cell-stage.ts'

let place: CellStage
beforeAll(async () => {
  place = await openCellStage()
})
afterAll(() => place.close())

describe('a sandbox that waits for its app', () => {
  test('serves a Node app as if it had been started for it', async () => {
    await place.ready('node')
    const files = { 'index.js': 'module.exports = (req, res) => res.end(process.env.GREETING + __filename)' }
    const sandbox = await place.start({ files, env: { GREETING: 'hello ' } }, 'cell')
    expect(sandbox.startedBy).toBe('cell')
    expect(await ask(sandbox)).toEqual({ status: 200, body: 'hello /app/index.js' })
    expect(place.problems).toEqual([])
  })

  test('serves a Python app as if it had been started for it', async () => {
    await place.ready('python')
    const files = {
      'main.py': `
import os
def app(environ, start_response):
    start_response("200 OK", [])
    return [(os.environ["GREETING"] + __file__).encode()]
`,
    }
    const sandbox = await place.start({ language: 'python', files, env: { GREETING: 'hello ' } }, 'cell')
    expect(await ask(sandbox)).toEqual({ status: 200, body: 'hello /app/main.py' })
  })

  test('runs a command in the place of its loaded runtime', async () => {
    await place.ready('node')
    const files = {
      'server.js': 'require("http").createServer((q, s) => s.end("own " + process.argv)).listen(process.env.PORT)',
    }
    const sandbox = await place.start({ files, command: 'node server.js' }, 'cell')
    expect(await ask(sandbox)).toEqual({ status: 200, body: 'own /usr/local/bin/node,/app/server.js' })
  })
})
