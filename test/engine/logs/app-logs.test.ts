import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outputReadUpTo } from '../../../contract/store/logs/app-logs.ts'
import { readOutput } from '../../../runner/docker/read-output.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { freeze, thaw } from '../../../runner/sandbox/sleep/sleep.ts'
import { ask, isolationsHere, probe, runInside } from '../sandbox/stage.ts'
import { openLogStage, type LogStage } from './log-stage.ts'

describe.each(await isolationsHere())('the log of an app under %s', (isolation) => {
  let at: LogStage
  beforeAll(async () => {
    at = await openLogStage(isolation)
  })
  afterAll(() => at.close())

  test('has each line with its time, its stream and its deployment, from the first one on, without secrets', async () => {
    const before = Date.now()
    const sandbox = await at.stage.start({
      files: {
        'index.js': `console.log('born'); module.exports = (q, r) => { console.error('asked', q.url, 'hunter2'); r.end('ok') }`,
      },
    })
    at.logs.follow(sandbox)
    // Docker reads the two streams side by side: what order they have between them depends on when it comes to each.
    await expect.poll(() => at.texts(sandbox.deploymentId)).toEqual(['born'])
    await ask(sandbox, '/a')
    await expect.poll(() => at.texts(sandbox.deploymentId)).toEqual(['born', 'asked /a ***'])
    const lines = await at.written(sandbox.deploymentId)
    expect(lines.map(({ stream }) => stream)).toEqual(['out', 'err'])
    for (const { atMs } of lines) {
      expect(atMs).toBeGreaterThanOrEqual(before)
      expect(atMs).toBeLessThanOrEqual(Date.now())
    }
  })

  test('hides the secrets that the app was started with, also after a sleep in which they were changed', async () => {
    const sandbox = await at.stage.start(probe)
    const engine = at.openLogs()
    engine.follow(sandbox, (text) => text.replaceAll('former-secret', '***'))
    await runInside(sandbox, `console.log('1 former-secret'); return 1`)
    await expect.poll(() => at.texts(sandbox.deploymentId)).toEqual(['1 ***'])
    await engine.rest(sandbox)
    engine.follow(sandbox)
    await runInside(sandbox, `console.log('2 former-secret'); return 1`)
    await expect.poll(() => at.texts(sandbox.deploymentId)).toEqual(['1 ***', '2 ***'])
    await engine.close()
  })

  test('leaves the processor to whoever waits for a first answer, and loses nothing of a sandbox that sleeps before it is followed', async () => {
    const sandbox = await at.stage.start(probe)
    const engine = at.openLogs({ afterStartMs: 3_600_000 })
    engine.follow(sandbox)
    await runInside(sandbox, `console.log('woken'); return 1`)
    expect(await outputReadUpTo(at.store, sandbox.containerId)).toBeUndefined()
    await engine.rest(sandbox)
    expect(await at.texts(sandbox.deploymentId)).toEqual(['woken'])
    await engine.close()
  })

  test('goes on where it was after a restart of the engine: nothing twice, nothing lost, in the middle of a long line too', async () => {
    const sandbox = await at.stage.start(probe)
    const write = (code: string) => runInside(sandbox, `const w = (t) => process.stdout.write(t); ${code}; return 1`)
    let engine = at.openLogs()
    engine.follow(sandbox)
    await write(`for (let i = 0; i < 50; i++) w('a' + i + '\\n'); w('x'.repeat(16384))`)
    await expect.poll(async () => (await at.texts(sandbox.deploymentId)).length).toBe(51)
    await engine.close()
    await write(`w('y'.repeat(16384)); w('z\\n'); for (let i = 0; i < 50; i++) w('b' + i + '\\n')`)
    engine = at.openLogs()
    engine.follow(sandbox)
    await write(`w('last\\n')`)
    await expect.poll(async () => (await at.texts(sandbox.deploymentId)).at(-1)).toBe('last')
    const numbered = (letter: string) => Array.from({ length: 50 }, (_, at) => `${letter}${at}`)
    const all = [...numbered('a'), 'x'.repeat(16384), 'y'.repeat(16384), 'z', ...numbered('b'), 'last']
    expect(await at.texts(sandbox.deploymentId)).toEqual(all)
    await engine.close()
  })

  test('has what was written right before a freeze and after the thaw, and the last words of one that is ended', async () => {
    const sandbox = await at.stage.start({
      files: {
        'index.js': `
          process.on('SIGTERM', () => { console.log('good'); process.stdout.write('bye', () => process.exit(0)) })
          module.exports = (q, r) => { console.log(q.url); r.end('ok') }`,
      },
    })
    at.logs.follow(sandbox)
    for (const path of ['/1', '/2', '/3']) {
      await ask(sandbox, path)
      await freeze(at.stage.context, sandbox)
      // What is in a pipe still, Docker reads in a moment; the real engine freezes nothing that has written this very moment.
      const rested = async () => {
        await at.logs.rest(sandbox)
        return (await at.texts(sandbox.deploymentId)).at(-1)
      }
      await expect.poll(rested).toBe(path)
      await thaw(at.stage.context, sandbox)
      at.logs.follow(sandbox)
    }
    await destroySandbox(at.stage.context, sandbox, { graceSeconds: 5, onEnded: (ended) => at.logs.finish(ended) })
    expect(await at.texts(sandbox.deploymentId)).toEqual(['/1', '/2', '/3', 'good', 'bye'])
    expect(await outputReadUpTo(at.store, sandbox.containerId)).toBeUndefined()
  })

  test('never waits for a reader that stands still', async () => {
    const sandbox = await at.stage.start(probe)
    const reader = new AbortController()
    const stands = Promise.withResolvers<void>()
    void readOutput(at.stage.docker, sandbox.containerId, {
      follow: true,
      signal: reader.signal,
      take: () => {
        stands.resolve()
        return new Promise(() => {})
      },
    })
    const write = (lines: number) =>
      `const text = ('z'.repeat(99) + '\\n').repeat(${lines}); await new Promise((done) => process.stdout.write(text, done)); return 1`
    await runInside(sandbox, write(1))
    await stands.promise
    // More than Docker, the kernel and the reader's connection can hold together.
    expect(await runInside(sandbox, write(200_000))).toEqual({ value: 1 })
    reader.abort()
  })
})
