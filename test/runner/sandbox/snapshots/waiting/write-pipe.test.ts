import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runSystemTool } from '../../../../../runner/sandbox/mounts/mounts.ts'
import { writePipe } from '../../../../../runner/sandbox/snapshots/waiting/write-pipe.ts'

let dir: string
let reader: FileHandle
let writer: FileHandle
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-pipe-'))
  const path = join(dir, 'pipe')
  await runSystemTool('mkfifo', [path])
  reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  writer = await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
})
afterEach(async () => {
  await writer.close()
  await reader.close().catch(() => {})
  await rm(dir, { recursive: true })
})

const read = () =>
  reader.read(Buffer.alloc(7000)).then(
    ({ bytesRead, buffer }) => buffer.subarray(0, bytesRead),
    // EAGAIN: it is empty at the moment.
    () => Buffer.alloc(0),
  )

test('more than a pipe holds arrives whole, though its reader begins late and takes its time', async () => {
  const data = randomBytes(300_000)
  const written = writePipe(writer, data, AbortSignal.timeout(10_000))
  // Whatever is written by then: the pipe holds a fifth of it.
  await delay(20)
  let found = Buffer.alloc(0)
  while (found.length < data.length) found = Buffer.concat([found, await read()])
  await written
  expect(found.equals(data)).toBe(true)
})

test('a reader that takes nothing is waited for as long as the signal allows', async () => {
  const written = writePipe(writer, randomBytes(300_000), AbortSignal.timeout(30))
  await expect(written).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('a reader that goes in the middle is told of', async () => {
  const written = writePipe(writer, randomBytes(300_000), AbortSignal.timeout(10_000))
  const refused = expect(written).rejects.toMatchObject({ code: 'EPIPE' })
  await read()
  await reader.close()
  await refused
})
