import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { ask, type Micro } from '../stage.ts'
import { openSnapshotStage, snapshotsHere, type SnapshotStage } from './snapshot-stage.ts'

const node: Micro = {
  files: {
    'index.js': `
const crypto = require('crypto')
const own = []
require('micropush').onRestore(async () => { await null; own.push('told') })
process.on('micropush:restore', () => own.push('event'))
// All of it was used before, so that whatever is made ahead has been made.
const kept = Math.random
const draw = () => ({
  random: Math.random(), kept: kept(), uuid: crypto.randomUUID(), bytes: crypto.randomBytes(16).toString('hex'),
  int: crypto.randomInt(2 ** 47), values: Buffer.from(crypto.webcrypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  key: crypto.generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).toString('hex'),
})
draw()
const importedAt = Date.now()
const many = () => Array.from({ length: 20000 }, () => Math.random())
module.exports = (req, res) => res.end(JSON.stringify(req.url === '/many' ? many() : { draws: draw(), own, behindMs: Date.now() - importedAt }))`,
  },
}

const python: Micro = {
  language: 'python',
  files: {
    'main.py': `
import json, random, secrets, ssl, time, uuid
import micropush
own = []
@micropush.on_restore
async def told():
    own.append("told")
micropush.on_restore(lambda: own.append("plain"))
def draw():
    return {"random": random.random(), "uuid": str(uuid.uuid4()), "secrets": secrets.token_hex(16),
            "system": random.SystemRandom().random(), "openssl": ssl.RAND_bytes(16).hex()}
draw()
imported_at = time.time()
def app(environ, start_response):
    start_response("200 OK", [])
    if environ["PATH_INFO"] == "/many":
        return [json.dumps([random.random() for _ in range(20000)]).encode()]
    return [json.dumps({"draws": draw(), "own": own, "behindMs": (time.time() - imported_at) * 1000}).encode()]`,
  },
}

interface Answer {
  readonly draws: Record<string, unknown>
  readonly own: string[]
  readonly behindMs: number
}

describe.skipIf(!(await snapshotsHere()))('two copies of one snapshot', () => {
  let stage: SnapshotStage
  beforeAll(async () => {
    stage = await openSnapshotStage()
  })
  afterAll(() => stage.close())

  test.each([
    ['Node', node, ['event', 'told']],
    ['Python', python, ['told', 'plain']],
  ] as const)(
    'draw other random numbers, are told that they came back, and know what time it is: %s',
    async (_name, micro, own) => {
      const beforeMs = Date.now()
      const spec = await stage.taken(micro)
      const copies = await Promise.all([stage.woken(spec), stage.woken(spec)])
      const [one, other] = await Promise.all(copies.map(async (copy) => JSON.parse((await ask(copy)).body) as Answer))
      for (const answer of [one, other]) {
        expect(answer?.own).toEqual(own)
        // Time stood still on disk, but not outside.
        expect(answer?.behindMs).toBeGreaterThan(0)
        expect(answer?.behindMs).toBeLessThan(Date.now() - beforeMs)
      }
      for (const [name, value] of Object.entries(one?.draws ?? {})) expect(other?.draws[name], name).not.toEqual(value)
      expect(Object.keys(one?.draws ?? {}).length).toBeGreaterThan(4)
      // Nor is what one draws a later part of what the other draws.
      const [many, others] = await Promise.all(
        copies.map(async (copy) => JSON.parse((await ask(copy, '/many')).body) as number[]),
      )
      const drawn = new Set(many)
      expect(others?.filter((number) => drawn.has(number))).toEqual([])
      for (const copy of copies) await destroySandbox(stage.context, copy, { graceSeconds: 0 })
    },
  )
})
