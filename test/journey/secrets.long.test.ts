import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { micropush } from './support/command.ts'
import { isolations } from './support/isolations.ts'
import type { Repository } from './support/repository.ts'
import { childrenOf, filesWith, keysWith, memoryWith, processesWith } from './support/search.ts'
import { startStack, type Stack } from './support/stack.ts'

const run = promisify(execFile)
const digest = (value: string) => createHash('sha256').update(value).digest('hex')

/** Says digests of what it finds in its environment, and what its build found. */
const app = `
const { createHash } = require('crypto')
const { readFileSync } = require('fs')
if (process.env.BOOM) throw new Error('boom with ' + process.env.TOKEN)
const digest = (text) => text === undefined ? 'none' : createHash('sha256').update(text).digest('hex')
const born = Math.random()
module.exports = (request, response) => {
  const url = new URL(request.url, 'http://x')
  if (url.pathname === '/env') return response.end(digest(process.env[url.searchParams.get('name')]))
  if (url.pathname === '/build') return response.end(readFileSync('build-environment.txt'))
  if (url.pathname === '/print') console.log('here is ' + process.env.TOKEN + ' and ' + process.env.MICRO_KEY)
  if (url.pathname === '/crash') process.exit(3)
  if (url.pathname === '/born') return setTimeout(() => response.end(String(born)), 40 * Math.random())
  if (url.pathname === '/long') {
    let left = 30
    const timer = setInterval(() => { response.write('.'); if (--left === 0) { clearInterval(timer); response.end(String(born)) } }, 100)
    return
  }
  response.end('ok')
}
`
const files = {
  'micro.yml':
    'v: 1\nruntime: nodejs24\nbuild: env > build-environment.txt; sleep 1\nsecrets: [TOKEN]\nenv:\n  GREETING: public\n',
  'index.js': app,
}

describe.each(isolations)('secrets under %s', (isolation) => {
  const token = randomBytes(24).toString('hex')
  let stack: Stack
  let repository: Repository
  let sha: string
  let host: string
  const command = (args: readonly string[], input = '') => micropush(stack.env, args, input)
  const inEnvironment = async (name: string) => (await stack.ask(host, { path: `/env?name=${name}` })).body
  const born = async () => (await stack.ask(host, { path: '/born' })).body

  beforeAll(async () => {
    stack = await startStack({ MICROPUSH_SANDBOX: isolation })
    repository = await stack.repository('Ada/shop')
    host = stack.host('shop--ada')
  })
  afterAll(async () => {
    await repository[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  })

  it('one that the config asks for and nobody has set fails the deployment, with the command that sets it', async () => {
    await repository.write(files)
    sha = await repository.commit()
    await repository.push()
    const status = await stack.outcome('Ada/shop', sha, 'micropush/shop')
    expect(status.state).toBe('failure')
    expect(status.description).toBe(
      'The secret TOKEN is not set. Set it: micropush secrets set Ada/shop/shop TOKEN; then: micropush restart Ada/shop/shop',
    )
    const log = await (await fetch(status.target_url ?? '')).text()
    expect(log).not.toMatch(/Preparing|Installing/)
  })

  it('once it is set, a restart builds what had waited, and builders never see it', async () => {
    const set = await command(['secrets', 'set', 'ada/SHOP', 'TOKEN'], `${token}\n`)
    expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining('Set TOKEN for ada/SHOP') as string })
    const builders = watchContainers('builder')
    const restarted = await command(['restart', 'ada/shop'])
    const inspected = await builders.stop()
    expect(restarted).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/queued again[\s\S]*Live at http/) as string,
    })
    expect((await stack.outcome('Ada/shop', sha, 'micropush/shop')).state).toBe('success')
    expect(await inEnvironment('TOKEN')).toBe(digest(token))
    expect(inspected).toMatch(/micropush\.kind/)
    expect(inspected).not.toContain(token)
    const built = (await stack.ask(host, { path: '/build' })).body
    expect(built).toContain('PATH=')
    expect(built).not.toMatch(/TOKEN|MICRO_KEY|DETA_PROJECT_KEY/)
  })

  it('what the app prints of it is masked in its log', async () => {
    await stack.ask(host, { path: '/print' })
    await expect
      .poll(async () => (await command(['logs', 'ada/shop'])).stdout, { timeout: 20_000 })
      .toMatch(/here is \*\*\* and \*\*\*/)
  })

  it('it reaches the process and nothing else', async () => {
    const crashed = await stack.ask(host, { path: '/crash', headers: { accept: 'text/html' } })
    expect(crashed.status).toBe(502)
    expect(crashed.body).not.toContain(token)
    expect(await inEnvironment('TOKEN')).toBe(digest(token))
    // The searches find what is there to be found.
    expect(await keysWith(stack.store, sha)).not.toEqual([])
    expect(await filesWith(stack.dataDir, sha)).not.toEqual([])
    expect(await keysWith(stack.store, token)).toEqual([])
    // A snapshot is the process's own memory, and root's alone (test/engine/sandbox/snapshots).
    const elsewhere = (await filesWith(stack.dataDir, token)).filter((path) => !path.includes('/snapshots/'))
    expect(elsewhere).toEqual([])
    const { containers } = await stack.leftovers()
    const ids = containers.map((line) => line.split(' ')[0] ?? '')
    expect(ids).toHaveLength(1)
    const { stdout: inspected } = await run('docker', ['inspect', ...ids])
    expect(inspected).toContain('micropush.sandbox')
    expect(inspected).not.toContain(token)
    const status = (await stack.statuses('Ada/shop', sha))[0]
    expect(JSON.stringify(status)).not.toContain(token)
    const holders = await processesWith(token)
    for (const { uid, mode, pid } of holders) {
      expect(uid).toBeGreaterThanOrEqual(200_000)
      expect(mode).toBe(0o400)
      const asNobody = run('setpriv', [
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        'cat',
        `/proc/${pid}/environ`,
      ])
      await expect(asNobody).rejects.toThrow(/Permission denied/)
    }
    // One that waited for its app shows the environment that it began with, and has its own in memory.
    expect(await foundInEnvironment()).toBe(true)
    if (isolation === 'runc') {
      const micros = await memoryWith(token, ({ uid }) => uid >= 200_000)
      expect(micros).not.toEqual([])
      for (const { mode } of micros) expect(mode).toBe(0o600)
      const platform = [...stack.parts.gateway.pids, ...stack.parts.bot.pids]
      const children = await Promise.all(platform.map(childrenOf))
      expect(children.flat()).not.toEqual([])
      expect(await memoryWith(token, ({ pid }) => [...platform, ...children.flat()].includes(pid))).toEqual([])
    } else {
      // gVisor's processes are none of the host's.
      expect(holders).toEqual([])
    }
  })

  it('its key is one that Deta’s libraries take, the same in each deployment, and no other micro’s', async () => {
    const key = await inEnvironment('MICRO_KEY')
    expect(key).not.toBe('none')
    expect(await inEnvironment('DETA_PROJECT_KEY')).toBe(key)
    expect(await inEnvironment('DETA_PATH')).toBe(digest('shop--ada'))
    expect(await inEnvironment('DETA_RUNTIME')).toBe(digest('true'))
    await using other = await stack.repository('ada/other')
    await other.write({ ...files, 'micro.yml': 'v: 1\nruntime: nodejs24\nbuild: touch build-environment.txt\n' })
    const otherSha = await other.commit()
    await other.push()
    expect((await stack.outcome('ada/other', otherSha, 'micropush/other')).state).toBe('success')
    const othersKey = (await stack.ask(stack.host('other--ada'), { path: '/env?name=MICRO_KEY' })).body
    expect(othersKey).toMatch(/^[0-9a-f]{64}$/)
    expect(othersKey).not.toBe(key)
    expect((await stack.ask(stack.host('other--ada'), { path: '/env?name=TOKEN' })).body).toBe('none')
    await repository.write({ 'readme.txt': 'again' })
    sha = await repository.commit()
    await repository.push()
    expect((await stack.outcome('Ada/shop', sha, 'micropush/shop')).state).toBe('success')
    expect(await inEnvironment('MICRO_KEY')).toBe(key)
  })

  /** Every deployment has one sandbox: what was replaced within it is gone. */
  const expectOneEach = async () => {
    const owners = (await stack.leftovers()).containers.map((line) => line.split(' ')[1])
    expect(owners.length).toBeGreaterThan(0)
    expect(owners).toEqual([...new Set(owners)])
  }

  it('a change takes effect with a restart that loses no request', async () => {
    const before = await born()
    await command(
      ['secrets', 'import', 'ada/shop/shop', '-'],
      '# of the shop alone\nTOKEN="another token"\nGREETING=hidden\n',
    )
    expect(await inEnvironment('TOKEN')).toBe(digest(token))
    const heard = new Set<string>()
    let running = true
    const asking = Promise.all(
      [1, 2, 3, 4].map(async () => {
        while (running) {
          const { status, body } = await stack.ask(host, { path: '/born' })
          heard.add(`${status} ${body}`)
        }
      }),
    )
    const long = stack.ask(host, { path: '/long' })
    const restarted = await command(['restart', 'ada/shop/shop'])
    running = false
    await asking
    expect(restarted).toMatchObject({ code: 0, stderr: '' })
    expect(restarted.stdout).toMatch(/shop: [\s\S]*shop: Live at http/)
    const after = await born()
    expect(after).not.toBe(before)
    expect([...heard].toSorted()).toEqual([`200 ${before}`, `200 ${after}`].toSorted())
    expect(await long).toMatchObject({ status: 200, body: `${'.'.repeat(30)}${before}` })
    expect(await inEnvironment('TOKEN')).toBe(digest('another token'))
    expect(await inEnvironment('GREETING')).toBe(digest('hidden'))
    await expectOneEach()
  })

  it('a restart that fails changes nothing, and says why without the secret', async () => {
    const before = await born()
    await command(['secrets', 'set', 'ada/shop', 'BOOM'], 'yes please')
    const restarted = await command(['restart', 'ada/shop/shop'])
    expect(restarted.code).toBe(1)
    expect(restarted.stderr).toMatch(/boom with \*\*\*[\s\S]*goes on serving/)
    expect(`${restarted.stdout}${restarted.stderr}`).not.toContain('another token')
    expect(await born()).toBe(before)
    expect(await filesWith(`${stack.dataDir}/logs`, 'another token')).toEqual([])
    expect(await keysWith(stack.store, 'another token')).toEqual([])
    await expectOneEach()
  })

  it('one that was removed while the config asks for it is missing at the next restart', async () => {
    await command(['secrets', 'remove', 'ada/shop', 'BOOM'])
    await command(['secrets', 'remove', 'ada/shop/shop', 'TOKEN'])
    const removed = await command(['secrets', 'remove', 'ada/shop', 'TOKEN'])
    expect(removed).toMatchObject({ code: 0, stdout: expect.stringContaining('shop asks for TOKEN') as string })
    const restarted = await command(['restart', 'ada/shop'])
    expect(restarted).toMatchObject({ code: 1, stderr: expect.stringMatching(/The secret TOKEN is not set/) as string })
    expect(await inEnvironment('TOKEN')).toBe(digest('another token'))
  })
})

/** Whether the search of all environments finds what a process was started with. */
async function foundInEnvironment(): Promise<boolean> {
  const marker = randomBytes(24).toString('hex')
  const control = spawn('sleep', ['60'], { env: { ...process.env, MARKER: marker } })
  await once(control, 'spawn')
  const found = await processesWith(marker)
  control.kill('SIGKILL')
  return found.some(({ pid }) => pid === control.pid)
}

/** Collects what `docker inspect` says of containers of a kind while they are there. */
function watchContainers(kind: string): { stop(): Promise<string> } {
  let running = true
  let inspected = ''
  const watching = (async () => {
    while (running) {
      const { stdout } = await run('docker', ['ps', '-aq', '--filter', `label=micropush.kind=${kind}`])
      const ids = stdout.split('\n').filter(Boolean)
      // One that went away meanwhile makes the command fail, and says what it knows of the others.
      if (ids.length > 0)
        inspected += await run('docker', ['inspect', ...ids]).then(
          (done) => done.stdout,
          (error: { stdout?: string }) => error.stdout ?? '',
        )
    }
  })()
  return {
    async stop() {
      running = false
      await watching
      return inspected
    },
  }
}
