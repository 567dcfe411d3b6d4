import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'looks for the sockets of Docker, Redis, the runner and whatever else the host has',
  deployed: 'beforehand',
  async contained({ attack, stack }) {
    const ours = ['redis', 'runner', 'gateway', 'bot'].map((name) => `${stack.dataDir}/run/${name}.sock`)
    const came = (await attack(`/host?${ours.join(',')}`)) as { came: Record<string, string>; sockets: string[] }
    expect(Object.keys(came.came).length).toBe(7 + ours.length)
    expect([...new Set(Object.values(came.came))]).toEqual(['ENOENT'])
    expect(came.sockets).toEqual(['/run/micropush/app.sock'])
    await reachAbstract(attack)
  },
} satisfies Hostile

/** Names without a file belong to a network namespace: one of the host's is there, and is not there for the sandbox. */
async function reachAbstract(attack: (path: string) => Promise<unknown>): Promise<void> {
  const code = `require('net').createServer().listen('\\0micropush-hostile', () => console.log('ready'))`
  const host = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(host.stdout, 'data')
    expect(await attack('/abstract?micropush-hostile')).toEqual({ 'micropush-hostile': 'ECONNREFUSED' })
  } finally {
    host.kill('SIGKILL')
  }
}
