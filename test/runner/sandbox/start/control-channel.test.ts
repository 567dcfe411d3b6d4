import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  listenForInit,
  type ControlChannel,
  type ControlListener,
} from '../../../../runner/sandbox/start/control-channel.ts'
import { importApp, load } from '../../../../runner/sandbox/start/phases.ts'

describe('the control channel', () => {
  let folder: string
  let listener: ControlListener
  let init: Socket
  const soon = () => AbortSignal.timeout(5000)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mp-ctl-'))
    listener = await listenForInit(join(folder, 'ctl.sock'), process.getuid?.() ?? 0)
    init = connect(join(folder, 'ctl.sock'))
    init.on('error', () => {})
    await once(init, 'connect')
  })
  afterEach(async () => {
    init.destroy()
    listener.close()
    await rm(folder, { recursive: true })
  })

  async function accepted(): Promise<ControlChannel> {
    return listener.accept(soon())
  }

  test('takes one connection, and its name is gone', async () => {
    await accepted()
    expect(await readdir(folder)).toEqual([])
  })

  test('a phase is reached by its word', async () => {
    const channel = await accepted()
    init.on('data', (data) => data.toString() === 'import\n' && init.write('imported\n'))
    expect(await importApp(channel, soon())).toEqual({ kind: 'reached' })
  })

  test('words that come in pieces or together are read one by one', async () => {
    const channel = await accepted()
    init.write('hel')
    await new Promise((resolve) => setImmediate(resolve))
    init.write('lo\nloaded\n')
    expect(await channel.next(soon())).toEqual({ kind: 'hello' })
    expect(await channel.next(soon())).toEqual({ kind: 'loaded' })
  })

  test('a failure comes with its text', async () => {
    const channel = await accepted()
    init.write('failed no module\n')
    const end = await load(channel, { mode: 'loader', argv: ['node'], env: {} }, soon())
    expect(end).toEqual({ kind: 'failed', text: 'no module' })
  })

  test.each([
    ['a word that is not its turn', 'listening\n'],
    ['a word that is none', 'let me in\n'],
    ['a line without an end', 'x'.repeat(64 * 1024)],
  ])('%s ends the conversation', async (_, text) => {
    const channel = await accepted()
    init.write(text)
    expect(await importApp(channel, soon())).toEqual({ kind: 'closed' })
  })

  test('an init that ends closes the channel', async () => {
    const channel = await accepted()
    init.end()
    expect(await importApp(channel, soon())).toEqual({ kind: 'closed' })
  })

  test('a wait ends when it is called off', async () => {
    const channel = await accepted()
    const stop = new AbortController()
    const waiting = channel.next(stop.signal)
    stop.abort(new Error('called off'))
    await expect(waiting).rejects.toThrow('called off')
  })
})
