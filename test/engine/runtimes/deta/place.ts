import { dirname, join } from 'node:path'
import { lstat } from 'node:fs/promises'
import { expect } from 'vitest'
import { ask, serve, type TestSandbox } from '../sandbox.ts'

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

export type Files = Readonly<Record<string, string>>

/** Serves a Node app of one file, or of several with `index.js` among them. */
export function serveNode(place: Place, app: string | Files): Promise<TestSandbox> {
  const files = typeof app === 'string' ? { 'index.js': app } : app
  const entry = 'index.mjs' in files ? 'index.mjs' : 'index.js'
  return serve({ ...place, language: 'node', files, entry, env: detaEnvironment })
}

/** The same in Python, with `main.py`. */
export function servePython(place: Place, app: string | Files): Promise<TestSandbox> {
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

export async function becomes(sandbox: TestSandbox, wanted: 'busy' | 'idle', timeoutMs = 5_000): Promise<void> {
  await expect.poll(() => isBusy(sandbox), { timeout: timeoutMs, interval: 20 }).toBe(wanted === 'busy')
}

export async function writes(sandbox: TestSandbox, text: string): Promise<void> {
  await expect.poll(() => sandbox.output(), { timeout: 10_000, interval: 20 }).toContain(text)
}
