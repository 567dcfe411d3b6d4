import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { micropush } from './support/command.ts'
import { isolations } from './support/isolations.ts'
import { nodeMicro } from './support/micros.ts'
import type { Repository } from './support/repository.ts'
import { startStack, type Stack } from './support/stack.ts'

const MB = 1024 * 1024

/** Shows each limit that is in force where it is felt. */
const handler = String.raw`
  const { statfsSync } = require('fs')
  const url = new URL(request.url, 'http://x')
  switch (url.pathname) {
    case '/wait': return setTimeout(() => response.end('waited'), Number(url.searchParams.get('ms')))
    case '/payload': { let bytes = 0; request.on('data', (chunk) => (bytes += chunk.length)).on('end', () => response.end(Buffer.alloc(bytes, 'x'))); return }
    case '/memory': { const kept = []; for (let i = 0; i < 60; i++) kept.push(Buffer.alloc(10 * 1024 * 1024, 1)); return response.end(String(kept.length)) }
    case '/tmp': { const { blocks, bsize } = statfsSync('/tmp'); return response.end(String(blocks * bsize)) }
    case '/processes':
      require('child_process').spawn('sh', ['-c', 'n=0; while [ $n -lt 1100 ]; do sleep 60 & all="$all $!"; n=$((n+1)); done; kill $all; wait; echo $n > /tmp/count'])
      return response.end('begun')
    case '/most': return response.end(require('child_process').execFileSync('sh', ['-c', 'ulimit -p']))
    case '/count': try { return response.end(require('fs').readFileSync('/tmp/count')) } catch { return response.end('none') }
    default: response.end('ok')
  }`
const limits = `limits:
  timeout: 15s
  memory: 768MB
  tmp: 600MB
  processes: 1200
  payload: 8MB
  source: 260MB
  dependencies: 300MB
`

describe.each(isolations)('limits under %s', (isolation) => {
  let stack: Stack
  let repository: Repository
  const command = (...args: string[]) => micropush(stack.env, args)
  const push = async () => {
    const sha = await repository.commit()
    await repository.push()
    return stack.outcome('ada/large', sha, 'micropush/large')
  }

  beforeAll(async () => {
    stack = await startStack({ MICROPUSH_SANDBOX: isolation })
    repository = await stack.repository('ada/large')
  })
  afterAll(async () => {
    await repository[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  })

  it('above what was granted are refused, with what was asked, what is granted, and how to ask', async () => {
    await repository.write(nodeMicro(handler, limits))
    expect(await push()).toMatchObject({
      state: 'failure',
      description:
        'micro.yml line 4: limits.timeout: 15s was asked, 10s is granted; ask the operator for: micropush grant ada/large timeout=15s (+6 more)',
    })
  })

  it('that were granted are accepted, and only those', async () => {
    const granted = await command(
      'grant',
      'Ada/Large',
      'timeout=15s',
      'memory=768MB',
      'tmp=600MB',
      'processes=1200',
      'payload=8MB',
      'source=260MB',
    )
    expect(granted).toMatchObject({ code: 0, stdout: expect.stringMatching(/timeout +10s +15s/) as string })
    expect((await push()).description).toMatch(/line 10: limits.dependencies: 300MB was asked, 250MB is granted/)
    expect(await command('grant', 'ada/large', 'dependencies=300MB')).toMatchObject({ code: 0 })
    expect(await push()).toMatchObject({ state: 'success' })
  })

  it('that were granted are in force', async () => {
    const host = stack.host('large--ada')
    const waited = stack.ask(host, { path: '/wait?ms=12000' })
    const tooLong = stack.ask(host, { path: '/wait?ms=16000' })
    const body = Buffer.alloc(7 * MB)
    expect((await stack.ask(host, { path: '/payload', method: 'POST', body })).body).toHaveLength(7 * MB)
    const more = Buffer.alloc(8 * MB + 1)
    expect((await stack.ask(host, { path: '/payload', method: 'POST', body: more })).status).toBe(413)
    const tmpBytes = Number((await stack.ask(host, { path: '/tmp' })).body)
    // A file system takes a part for itself, and ours is made larger by as much.
    expect(tmpBytes).toBeGreaterThan(590 * MB)
    expect(tmpBytes).toBeLessThan(630 * MB)
    expect(await waited).toMatchObject({ status: 200, body: 'waited' })
    expect((await tooLong).status).toBe(504)
    if (isolation === 'gvisor') {
      // So many processes take minutes to make there; this is what bounds them (test/engine/sandbox/limits.long.test.ts).
      expect((await stack.ask(host, { path: '/most' })).body).toBe('1200\n')
    } else {
      await stack.ask(host, { path: '/processes' })
      // The script ends without a word at the first process that cannot be made.
      await expect
        .poll(async () => (await stack.ask(host, { path: '/count' })).body, { timeout: 40_000 })
        .toBe('1100\n')
    }
    // Last, because the processes would have no room beside what it keeps.
    expect(await stack.ask(host, { path: '/memory' })).toMatchObject({ status: 200, body: '60' })
  })

  it('that were taken back are refused again, and what is live stays', async () => {
    expect(await command('grant', 'ada/large', '--remove')).toMatchObject({ code: 0 })
    expect(await push()).toMatchObject({ state: 'failure' })
    expect((await stack.ask(stack.host('large--ada'))).body).toBe('ok')
  })

  it('granted before the first push wait for it', async () => {
    const early = await command('grant', 'ada/early', 'timeout=20s')
    expect(early.stdout).toMatch(/Nobody has pushed to ada\/early yet/)
    await using repository2 = await stack.repository('ada/early')
    await repository2.write(nodeMicro('response.end("early")', 'limits:\n  timeout: 20s\n'))
    const sha = await repository2.commit()
    await repository2.push()
    expect(await stack.outcome('ada/early', sha, 'micropush/early')).toMatchObject({ state: 'success' })
  })
})
