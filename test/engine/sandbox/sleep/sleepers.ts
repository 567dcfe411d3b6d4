import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { cgroupMounts } from '../../../../runner/sandbox/cgroup/cgroup-mounts.ts'
import type { Mechanism } from '../../../../runner/sandbox/sleep/freezer.ts'
import { openFreezers, type Freezers } from '../../../../runner/sandbox/sleep/freezers.ts'
import type { Sandbox } from '../../../../runner/sandbox/sandbox.ts'
import type { Micro, Stage } from '../stage.ts'

/** Answers each request with its path, and `/count` with how many there were. */
export const echo: Micro = {
  files: {
    'server.js': `
      let count = 0
      require('http').createServer((q, r) => {
        if (q.url === '/count') return r.end(String(count))
        count += 1
        r.end(q.url)
      }).listen(process.env.PORT)`,
  },
  command: 'exec node server.js',
}

/** Freezers that have one mechanism in reach and no better one. */
export function freezersOf(stage: Pick<Stage, 'docker'>, mechanism: Mechanism): Freezers {
  return openFreezers(stage.docker, async () => {
    const mounts = await cgroupMounts('/proc')
    switch (mechanism) {
      case 'cgroup-v1':
      case 'sentry':
        return { proc: '/proc', mounts }
      case 'cgroup-v2':
        return { proc: '/proc', mounts: mounts.filter(({ controllers }) => controllers === undefined) }
      case 'docker':
        return { proc: '/nowhere', mounts: [] }
    }
  })
}

/** A request that is in the sandbox's socket when this resolves. */
export async function send(
  sandbox: Pick<Sandbox, 'socket'>,
  path: string,
): Promise<{ readonly answer: Promise<string> }> {
  const socket = connect(sandbox.socket)
  await once(socket, 'connect')
  const answer = text(socket).then((all) => all.split('\r\n\r\n')[1] ?? '')
  // Its failure is thrown to whoever waits for it.
  answer.catch(() => {})
  await new Promise<void>((resolve, reject) =>
    socket.write(`GET ${path} HTTP/1.0\r\nHost: x\r\n\r\n`, (error) => (error ? reject(error) : resolve())),
  )
  return { answer }
}

/** How often it is looked whether a frozen sandbox answers, and for how long. */
const LOOK = { every: 100, ms: 4 } as const

/** Freezes and thaws again and again; each time a request waits in the socket for the thaw. @returns what was not answered as it should be. */
export async function cycle(
  freezers: Freezers,
  sandbox: Sandbox,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<string[]> {
  const wrong: string[] = []
  for (let at = from; at < from + count; at += 1) {
    await freezers.freeze(sandbox)
    const { answer } = await send(sandbox, `/${at}`)
    if (at % LOOK.every === 0) {
      const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, LOOK.ms, 'none'))])
      if (early !== 'none') wrong.push(`${at} was answered while it was frozen`)
    }
    await freezers.thaw(sandbox)
    const got = await answer.catch((error: unknown) => String(error))
    if (got !== `/${at}`) wrong.push(`${at}: ${got}`)
  }
  return wrong
}
