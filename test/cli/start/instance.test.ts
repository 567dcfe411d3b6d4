import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { takeInstance } from '../../../cli/start/instance.ts'
import { parseSettings } from '../../../contract/settings.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-instance-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const settings = (more = {}) => parseSettings({ MICROPUSH_DATA: join(dir, 'data'), ...more })

it('a data folder is made, and left-over sockets in it are removed', async () => {
  {
    await using _first = await takeInstance(settings(), [])
    await writeFile(settings().sockets.bot, '')
    expect((await stat(settings().runDir)).mode & 0o777).toBe(0o711)
    for (const folder of ['redis', 'logs'])
      expect((await stat(join(settings().dataDir, folder))).mode & 0o777).toBe(0o700)
  }
  await using _second = await takeInstance(settings(), [])
  expect(existsSync(settings().sockets.bot)).toBe(false)
})

it('a second command on the same data is refused with the process that has it, however the folder is named', async () => {
  await using _first = await takeInstance(settings(), [])
  await expect(takeInstance(settings({ MICROPUSH_DATA: `${dir}/./data/` }), [])).rejects.toThrow(
    `micropush runs already (process ${process.pid})`,
  )
  await using _other = await takeInstance(settings({ MICROPUSH_DATA: join(dir, 'other') }), [])
})

it('the data is free again when its command has ended, or was killed', async () => {
  await (await takeInstance(settings(), []))[Symbol.asyncDispose]()
  const root = join(import.meta.dirname, '..', '..', '..')
  const program = `
    import { takeInstance } from ${JSON.stringify(join(root, 'cli/start/instance.ts'))}
    import { parseSettings } from ${JSON.stringify(join(root, 'contract/settings.ts'))}
    await takeInstance(parseSettings({ MICROPUSH_DATA: ${JSON.stringify(join(dir, 'data'))} }), [])
    console.log('taken')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  await once(child.stdout, 'data')
  await expect(takeInstance(settings(), [])).rejects.toThrow(`process ${child.pid}`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  // Its number may be another program's by now, as after a boot.
  await writeFile(join(settings().runDir, 'start.pid'), '1')
  await using _next = await takeInstance(settings(), [])
})

it('a port in use is named with the variable that changes it, and the data is free again', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const ports = [{ host: '127.0.0.1', port, variable: 'MICROPUSH_BOT_PORT' }]
  await expect(takeInstance(settings(), ports)).rejects.toThrow(
    `Port ${port} is in use by another program. Stop it, or set MICROPUSH_BOT_PORT`,
  )
  other.close()
  await once(other, 'close')
  await using _taken = await takeInstance(settings(), ports)
})

it('an address that is none of this machine’s is not called a port in use', async () => {
  const ports = [{ host: '192.0.2.1', port: 8080, variable: 'MICROPUSH_GATEWAY_PORT' }]
  await expect(takeInstance(settings(), ports)).rejects.toThrow(
    /Nothing can listen on 192\.0\.2\.1:8080 \(EADDRNOTAVAIL\)/,
  )
})

it('the socket of a Redis that is not ours is left alone', async () => {
  const socket = join(dir, 'redis.sock')
  await writeFile(socket, '')
  await using _taken = await takeInstance(settings({ MICROPUSH_REDIS: socket }), [])
  expect(existsSync(socket)).toBe(true)
})
