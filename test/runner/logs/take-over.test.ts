import { once } from 'node:events'
import { createServer } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../contract/store/connect.ts'
import { readAppLog } from '../../../contract/store/logs/app-logs.ts'
import { connectDocker } from '../../../runner/docker/client.ts'
import { takeOver } from '../../../runner/logs/take-over.ts'
import { noMask } from '../../../runner/secrets/mask.ts'
import { startTestRedis } from '../../support/redis.ts'

/** A Docker daemon that has nothing but one container's log: a frame a line, as the Engine API describes them. */
async function daemonWithLog(lines: readonly string[]): Promise<string> {
  const frames = lines.map((line) => {
    const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
    head.writeUInt32BE(Buffer.byteLength(line), 4)
    return Buffer.concat([head, Buffer.from(line)])
  })
  const folder = await mkdtemp(join(tmpdir(), 'micropush-daemon-'))
  const socket = join(folder, 'docker.sock')
  const server = createServer((_request, response) => response.end(Buffer.concat(frames))).listen(socket)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })
  return socket
}

it('takes over all that an app wrote while no engine was there, however many lines', async () => {
  await using redis = await startTestRedis()
  const store = openStore({ redis: redis.socket, redisPrefix: 'test' })
  onTestFinished(() => store.redis.disconnect())
  // What fits into Docker's 2 MB of it: short lines, within the bound of each second.
  const count = 60_000
  const lines = Array.from({ length: count }, (_, n) => {
    const at = new Date(Date.UTC(2026, 10, 24) + n).toISOString().replace('Z', '000000Z')
    return `${at} ${n}\n`
  })
  const docker = connectDocker(await daemonWithLog(lines))
  const sandbox = { containerId: 'c', deploymentId: 'd' }
  await takeOver({ docker, store, sandbox, mask: noMask, follow: false, signal: new AbortController().signal })
  const log = await readAppLog(store, 'd', 2 * count)
  expect(log.lines).toHaveLength(count)
  expect(log.lines.at(-1)?.text).toBe(String(count - 1))
})
