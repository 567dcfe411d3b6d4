import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { listContainers } from '../../../runner/docker/containers.ts'
import { labels } from '../../../runner/sandbox/labels.ts'
import { endRemains } from '../../../runner/sandbox/remains.ts'
import { startSandbox } from '../../../runner/sandbox/start-sandbox.ts'
import { dockerSocket, openStage, type Stage } from './stage.ts'

let stage: Stage
let wire: Wire
beforeAll(async () => {
  stage = await openStage('runc')
  wire = await openWire()
})
afterAll(async () => {
  await wire.cut()
  await stage.close()
})

it('ends what is left of a failed start when Docker, which was away by then, is back', async () => {
  const docker = connectDocker(wire.path)
  const context = { ...stage.context, docker }
  const spec = await stage.spec({ files: { 'index.js': 'setTimeout(() => process.exit(3), 300); while (true);' } })
  const starting = startSandbox(context, spec, {
    signal: new AbortController().signal,
    startMs: 1500,
    onPhase: (phase) => {
      if (phase === 'loaded') void wire.cut()
    },
  })
  await expect(starting).rejects.toThrow()
  const ours = () => listContainers(stage.docker, [`${labels.instance}=${context.instance}`])
  expect(await ours()).toHaveLength(1)
  expect(context.remains.size).toBe(1)
  await expect(endRemains(context, Date.now())).rejects.toMatchObject({ code: 'engine-unavailable' })

  await wire.mend()
  await endRemains(context, Date.now())
  expect(await ours()).toEqual([])
  expect(context.remains.size).toBe(0)
}, 60_000)

interface Wire {
  readonly path: string
  cut(): Promise<void>
  mend(): Promise<void>
}

/** A socket that leads to the machine's Docker until it is cut. */
async function openWire(): Promise<Wire> {
  const path = join(tmpdir(), `mp-wire-${process.pid}.sock`)
  const open = new Set<Socket>()
  let server: Server | undefined
  const wire: Wire = {
    path,
    async cut() {
      server?.close()
      for (const socket of open) socket.destroy()
      await rm(path, { force: true })
    },
    async mend() {
      server = createServer((near) => {
        const far = connect(dockerSocket)
        near.pipe(far).pipe(near)
        for (const socket of [near, far]) {
          open.add(socket)
          socket.on('error', () => {})
          socket.on('close', () => open.delete(socket))
        }
      })
      server.listen(path)
      await once(server, 'listening')
    },
  }
  await wire.mend()
  return wire
}
