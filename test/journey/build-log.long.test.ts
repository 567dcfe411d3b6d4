import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readLog } from '../../contract/store/logs/deployment-logs.ts'
import { follow } from '../src/http/log/follow.ts'
import type { Lines } from '../src/http/log/stage.ts'
import { micropush } from './support/command.ts'
import type { Repository } from './support/repository.ts'
import { startStack, type Stack } from './support/stack.ts'

const secret = `correct-${randomBytes(12).toString('hex')}`
const token = `ghs_${randomBytes(18).toString('hex')}`
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Prints all that it must not, whole and in pieces, and the time of day for a while; then it fails with a secret on its lips. */
const build = `
const say = (text) => new Promise((resolve) => process.stdout.write(text, resolve))
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
async function main() {
  await say('\\x1b[32mgreen\\x1b[0m\\n10%\\r50%\\r\\x1b[Kdone\\n')
  await say('token ${token} secret ${secret}\\n')
  for (const character of 'torn ${token} ${secret}\\n') { await say(character); await pause(2) }
  await say(${JSON.stringify(pem)} + 'after\\n')
  for (let n = 0; n < 20; n += 1) { await say('at ' + Date.now() + '\\n'); await pause(150) }
  console.error('Error: cannot log in with ${secret} and ${token}')
  process.exit(1)
}
main()
`

let stack: Stack
let repository: Repository

beforeAll(async () => {
  stack = await startStack()
  repository = await stack.repository('ada/telltale')
})
afterAll(async () => {
  await repository[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
})

/** Asked of Redis: the status that leads to it may come later, because writes to GitHub are paced. */
async function deploymentId(): Promise<string> {
  const { redis, keys } = stack.store
  const find = async () => (await redis.keys(keys.deployment('*')))[0]?.slice(-31)
  await expect.poll(find, { timeout: 30_000, interval: 20 }).toMatch(/^d[0-9a-f]{30}$/)
  return (await find()) ?? ''
}

it('a build log is followed while it comes into being, and holds no secret, nor do the words of the failure', async () => {
  await repository.write({
    'micro.yml': 'v: 1\nruntime: nodejs24\nbuild: node build.js\n',
    'build.js': build,
    'index.js': 'module.exports = (request, response) => response.end("ok")',
  })
  const sha = await repository.commit()
  expect((await micropush(stack.env, ['secrets', 'set', 'ada/telltale/telltale', 'PASSWORD'], secret)).code).toBe(0)
  // The forge's answer is the outcome, as that of a git server which waits for its hooks.
  const pushed = repository.push()
  const id = await deploymentId()
  const page = `http://127.0.0.1:${stack.botPort}/d/${id}`
  await using followed = await follow(`${page}/events`)
  const rows: string[] = []
  const delays: number[] = []
  let raw = ''
  for await (const event of followed.events()) {
    raw += JSON.stringify(event)
    if (event.event !== 'lines') continue
    const { lines } = event.data as Lines
    rows.push(...lines)
    for (const line of lines) if (/^at \d+$/.test(line)) delays.push(Date.now() - Number(line.slice(3)))
  }
  expect(rows.slice(rows.indexOf('<span class="f2">green</span>'))).toMatchObject([
    '<span class="f2">green</span>',
    'done',
    'token [token] secret ***',
    'torn [token] ***',
    '[key]',
    'after',
    ...delays.map(() => expect.stringMatching(/^at \d+$/) as string),
    'Error: cannot log in with *** and [token]',
    expect.stringMatching(/^==&gt; Failed: /) as string,
  ])
  expect(delays).toHaveLength(20)
  delays.sort((one, other) => one - other)
  console.log(`a line reaches its reader in ${delays[10]} ms; ${delays[0]} to ${delays.at(-1)} ms`)
  // At most half a second on a machine that has nothing else to do; and 3 s if they all came with the end.
  expect(delays[10]).toBeLessThan(1000)

  await pushed
  const { state, description } = await stack.outcome('ada/telltale', sha, 'micropush/telltale')
  expect(state).toBe('failure')
  const stored = await readLog(stack.store, id)
  const texts = await Promise.all(
    ['text/html', 'text/plain'].map(async (accept) => (await fetch(page, { headers: { accept } })).text()),
  )
  for (const shown of [raw, description, stored, ...texts]) {
    expect(shown).not.toContain(token)
    expect(shown).not.toContain(secret)
    for (const line of pem.trim().split('\n')) expect(shown).not.toContain(line)
  }
})
