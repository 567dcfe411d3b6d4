import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { openPort } from '../../../../runner/gateway/processes/open-port.ts'

it('a port is taken without being listened on, for others who get its descriptor', async () => {
  const { port, fd, host } = await openPort('localhost', 0)
  expect(['127.0.0.1', '::1']).toContain(host)
  const refused = connect({ host, port })
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
  const server = createServer((socket) => socket.end('hello')).listen({ fd })
  await once(server, 'listening')
  const [greeting] = (await once(connect({ host, port }), 'data')) as [Buffer]
  expect(String(greeting)).toBe('hello')
  server.close()
})

it('a port that is in use, or no address of this machine, is refused by name', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(openPort('127.0.0.1', port)).rejects.toThrow(`127.0.0.1:${port} cannot be had: EADDRINUSE`)
  await expect(openPort('192.0.2.1', 0)).rejects.toThrow('192.0.2.1:0 cannot be had: EADDRNOTAVAIL')
  other.close()
})
