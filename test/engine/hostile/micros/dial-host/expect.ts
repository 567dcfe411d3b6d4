import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectClosed, toEach } from '../../support/dialled.ts'

export default {
  does: 'dials gateway, bot, forge and any other port of the host, by each of its addresses',
  deployed: 'beforehand',
  async contained({ attack, stack }) {
    const greeting = createServer((socket) => void socket.on('error', () => {}).end('the host')).listen(0, '0.0.0.0')
    await once(greeting, 'listening')
    const { port } = greeting.address() as AddressInfo
    try {
      const addresses = Object.values(networkInterfaces())
        .flatMap((list) => list ?? [])
        .filter(({ family, internal }) => family === 'IPv4' && !internal)
        .map(({ address }) => address)
      expect(addresses.length).toBeGreaterThan(1)
      const ports = [port, stack.gatewayPort, stack.botPort, stack.forgePort]
      const targets = ['127.0.0.1', ...addresses].flatMap((address) => ports.map((one) => `${address}:${one}`))
      expectClosed(await attack(`/attack?${toEach(targets)}`), targets)
    } finally {
      greeting.close()
    }
  },
} satisfies Hostile
