import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, openStage, type Stage } from './stage.ts'

/** The fixture's call numbers are those of x86-64; gVisor has a kernel of its own, which takes no profile. */
const here = process.arch === 'x64'
if (!here) console.warn('SKIPPED: system calls by number, because the fixture knows those of x86-64 only')

interface Answers {
  readonly denied: Readonly<Record<string, string>>
  readonly allowed: Readonly<Record<string, string>>
  readonly clone3: string
}

describe.runIf(here)('the system calls of a sandbox under runc', () => {
  let stage: Stage
  let answers: Answers
  beforeAll(async () => {
    stage = await openStage('runc')
    const code = await readFile(new URL('fixtures/syscalls.py', import.meta.url), 'utf8')
    const sandbox = await stage.start({
      language: 'python',
      files: { 'main.py': code },
      command: 'exec python3 main.py',
    })
    answers = JSON.parse((await ask(sandbox)).body)
  })
  afterAll(() => stage.close())

  test('are refused where they reach for the kernel', () => {
    const open = Object.entries(answers.denied).filter(([, answer]) => answer !== 'EPERM')
    expect(open).toEqual([])
    expect(Object.keys(answers.denied).length).toBeGreaterThan(50)
  })

  test('work where an app needs them', () => {
    const closed = Object.entries(answers.allowed).filter(([, answer]) => answer !== 'ok')
    expect(closed).toEqual([])
  })

  test('let the C library fall back from clone3', () => {
    expect(answers.clone3).toBe('ENOSYS')
  })
})
