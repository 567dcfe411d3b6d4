import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { listContainers } from '../../../runner/docker/containers.ts'
import { tearDownNetwork } from '../../../runner/network/set-up-network.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { labels } from '../../../runner/sandbox/labels.ts'
import { mountPoints } from '../../../runner/sandbox/mounts/mounts.ts'
import { openSandboxes } from '../../../runner/sandbox/open-sandboxes.ts'
import { sweep } from '../../../runner/sandbox/sweep.ts'
import { watchExits, type SandboxExit } from '../../../runner/sandbox/watch-exits.ts'
import { dockerSocket, openStage, probe, type Stage } from './stage.ts'

describe('an engine that was killed in the middle of a start', () => {
  test.each(['created', 'started', 'loaded', 'imported'])(
    'after `%s` leaves nothing once the next one has swept',
    async (phase) => {
      const fixture = new URL('fixtures/killed-engine.ts', import.meta.url).pathname
      const child = execFile(process.execPath, [fixture, phase])
      let output = ''
      child.stdout?.on('data', (data) => {
        output += String(data)
      })
      const [, signal] = await once(child, 'close')
      expect(signal).toBe('SIGKILL')
      const { dataDir, instance } = JSON.parse(output.split('\n')[0] ?? '')
      const docker = connectDocker(dockerSocket)
      const settings = {
        docker,
        instance,
        dataDir,
        setting: 'runc',
        network: '',
        resolvConf: '',
        gatewayGid: 64_001,
      } as const
      const { context } = await openSandboxes(settings)

      const { kept, removed } = await sweep(context, new Map([['d1', 1]]))

      expect({ kept, removed }).toEqual({ kept: [], removed: 1 })
      expect(await readdir(join(dataDir, 'sandboxes'))).toEqual([])
      expect((await mountPoints()).filter((target) => target.startsWith(dataDir))).toEqual([])
      expect(await listContainers(docker, [`${labels.instance}=${instance}`])).toEqual([])
      await tearDownNetwork(docker, instance)
      await rm(dataDir, { recursive: true })
    },
  )
})

describe('the watch over sandboxes', () => {
  let stage: Stage | undefined
  afterEach(() => stage?.close())

  test('hears of an end that came while the daemon was away', async () => {
    stage = await openStage('runc')
    const relay = await openRelay(dockerSocket, join(stage.dataDir, 'docker.sock'))
    const sandbox = await stage.start({
      ...probe,
      command:
        'sleep 600 & exec node -e "require(\'http\').createServer((q, r) => process.exit(9)).listen(process.env.PORT)"',
    })
    const exited = Promise.withResolvers<SandboxExit>()
    const watching = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const troubles: unknown[] = []
    let subscriptions = 0
    const stop = new AbortController()
    const watch = watchExits(
      { ...stage.context, docker: connectDocker(join(stage.dataDir, 'docker.sock')) },
      {
        signal: stop.signal,
        onExit: exited.resolve,
        onTrouble: (error) => troubles.push(error),
        onWatching: () => watching[subscriptions++]?.resolve(),
      },
    )
    await watching[0]?.promise
    await relay.cut()
    const ended = stage.docker.getContainer(sandbox.containerId).wait()
    connect(sandbox.socket)
      .on('error', () => {})
      .end('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await ended
    await relay.mend()
    await watching[1]?.promise
    expect(await exited.promise).toMatchObject({ containerId: sandbox.containerId, exitCode: 9, oomKilled: false })
    stop.abort()
    await watch
    await relay.cut()
    await Promise.all([destroySandbox(stage.context, sandbox), destroySandbox(stage.context, sandbox)])
  })
})

/** Stands between the engine and the daemon, and can be cut. */
async function openRelay(from: string, to: string) {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(from)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => {}).on('close', () => other.destroy())
      socket.pipe(other)
    }
  })
  const mend = async () => {
    server.listen(to)
    await once(server, 'listening')
  }
  await mend()
  return {
    mend,
    async cut() {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}
