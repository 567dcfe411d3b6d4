import { once } from 'node:events'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { lstat } from 'node:fs/promises'
import { expect, vi } from 'vitest'
import { ask, serve, type AppFiles, type TestSandbox } from '../sandbox.ts'

/** Where a set of cases runs: one language on one runtime under one kind of isolation. */
export interface Place {
  readonly image: string
  readonly runtime: 'runc' | 'runsc'
  /** The version's number: `14`, `3.9`. */
  readonly version: string
  /** A folder with the frameworks that the cases want. */
  readonly dependencies: string
}

/** What the environment of a micro holds for apps of old. */
export const detaEnvironment = {
  DETA_RUNTIME: 'true',
  DETA_PATH: 'a--b',
  DETA_PROJECT_KEY: 'a0abc_secret',
  BINARY_CONTENT_TYPES: 'image/*,font/*',
}

/** Serves a Node app of one file, or of several with `index.js` among them. */
export function serveNode(place: Place, app: string | AppFiles): Promise<TestSandbox> {
  const files = typeof app === 'string' ? { 'index.js': app } : app
  const entry = 'index.mjs' in files ? 'index.mjs' : 'index.js'
  return serve({ ...place, language: 'node', files, entry, env: detaEnvironment })
}

/** The same in Python, with `main.py`. */
export function servePython(place: Place, app: string | AppFiles): Promise<TestSandbox> {
  const files = typeof app === 'string' ? { 'main.py': app } : app
  return serve({ ...place, language: 'python', files, entry: 'main.py', env: detaEnvironment })
}

/** What the app answers at `/`, which has to be JSON. */
export async function seenBy(sandbox: TestSandbox): Promise<unknown> {
  const { body } = await ask(sandbox.socket)
  try {
    return JSON.parse(body)
  } catch {
    throw new Error(`not JSON: ${body}\n${sandbox.output()}`)
  }
}

/** Whether the sandbox says that it has something to do, as the engine asks before it puts it to sleep. */
export async function isBusy(sandbox: TestSandbox): Promise<boolean> {
  try {
    await lstat(join(dirname(sandbox.socket), 'busy'))
    return true
  } catch {
    return false
  }
}

/** Waits with `vi.waitFor`, because `expect.poll` does not know which of the tests that run at once it belongs to. */
export async function becomes(sandbox: TestSandbox, wanted: 'busy' | 'idle', timeout = 5_000): Promise<void> {
  const check = async () => expect((await isBusy(sandbox)) ? 'busy' : 'idle', sandbox.output()).toBe(wanted)
  await vi.waitFor(check, { timeout, interval: 20 })
}

export async function writes(sandbox: TestSandbox, text: string): Promise<void> {
  await vi.waitFor(() => expect(sandbox.output()).toContain(text), { timeout: 10_000, interval: 20 })
}

/** An answer's body as it is. */
export async function bytesOf(sandbox: TestSandbox, path: string): Promise<Buffer> {
  const sent = request({ socketPath: sandbox.socket, path, agent: false })
  sent.end()
  const [response]: AsyncIterable<Buffer>[] = await once(sent, 'response')
  const parts: Buffer[] = []
  for await (const part of response ?? []) parts.push(part)
  return Buffer.concat(parts)
}
