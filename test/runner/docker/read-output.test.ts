import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { readOutput } from '../../../runner/docker/read-output.ts'

function frame(stream: 1 | 2 | 3, payload: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(payload), 4)
  return Buffer.concat([header, Buffer.from(payload)])
}

it('leaves out what Docker says of itself between the lines: it has no time, and is nobody’s output', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mp-docker-'))
  const answer = Buffer.concat([
    frame(1, '2026-11-24T14:00:00.000000001Z one\n'),
    frame(3, 'Error grabbing logs: unexpected EOF\n'),
    frame(2, '2026-11-24T14:00:00Z two\n'),
  ])
  const server = createServer((_, response) => response.end(answer)).listen(join(dir, 'docker.sock'))
  onTestFinished(async () => {
    server.close()
    await rm(dir, { recursive: true })
  })
  await once(server, 'listening')
  const seen: string[] = []
  await readOutput(connectDocker(join(dir, 'docker.sock')), 'x', {
    follow: false,
    signal: new AbortController().signal,
    async take(lines) {
      for (const { at, bytes } of lines) seen.push(`${at} ${bytes.toString()}`)
    },
  })
  expect(seen).toEqual(['2026-11-24T14:00:00.000000001Z one', '2026-11-24T14:00:00Z two'])
})
