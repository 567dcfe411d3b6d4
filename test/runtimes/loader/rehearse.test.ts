import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const module = join(import.meta.dirname, '../../../runtimes/loader/node/rehearse.cjs')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp-rehearse-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What becomes of a rehearsal in a process of its own, which ends by itself afterwards. */
function rehearse(socket: string): string {
  const script = `
    const { rehearse } = require(${JSON.stringify(module)})
    const alive = setInterval(() => {}, 1000)
    rehearse(${JSON.stringify(socket)})
      .then(() => 'rehearsed', (error) => error.message)
      .then((word) => (clearInterval(alive), process.stdout.write(word)))`
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 20_000 })
}

it('a rehearsal answers, and leaves no socket behind', () => {
  const socket = join(folder, 'rehearsal.sock')
  expect(rehearse(socket)).toBe('rehearsed')
  expect(existsSync(socket)).toBe(false)
})

it('one that cannot listen rejects, and does not end the process', () => {
  expect(rehearse(join(folder, 'no-such-folder', 'rehearsal.sock'))).toMatch(/^listen E/)
})
