import { expect } from 'vitest'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { targetStanding } from '../../../contract/store/micros.ts'
import type { Answer } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'

/** One small repository as people left it, and what is seen of it after its push. */
export interface Case {
  readonly title: string
  readonly files: Readonly<Record<string, string | Buffer>>
  /** Its only micro, when that is not called after the repository. */
  readonly micro?: string
  /** What is answered at each path: the body, or more. */
  readonly answers?: Readonly<Record<string, string | Partial<Answer>>>
  /** What the log says, besides. */
  readonly log?: readonly (string | RegExp)[]
  /** What the status says of one that cannot live. */
  readonly fails?: RegExp
}

/** Pushes it under that repository name and looks. */
export async function checkCase(stack: Stack, repository: string, one: Case): Promise<void> {
  const fullName = `ada/${repository}`
  const micro = one.micro ?? repository
  await using working = await stack.repository(fullName)
  await working.write(one.files)
  const sha = await working.commit()
  await working.push()
  const status = await stack.outcome(fullName, sha, `micropush/${micro}`)
  const log = await logOf(stack, fullName, micro)
  expect(status.state, `${status.description}\n${log}`).toBe(one.fails === undefined ? 'success' : 'failure')
  if (one.fails !== undefined) expect(status.description).toMatch(one.fails)
  for (const words of one.log ?? []) expect(log).toMatch(words)
  for (const [path, expected] of Object.entries(one.answers ?? {})) {
    const answer = await stack.ask(stack.host(`${micro}--ada`), { path })
    const wanted = typeof expected === 'string' ? { status: 200, body: expected } : expected
    expect(answer, `${path}\n${answer.body}\n${log}`).toMatchObject(wanted)
  }
}

/** The log of a micro's newest deployment. */
export async function logOf(stack: Stack, fullName: string, micro: string): Promise<string> {
  const { id } = (await (await stack.api(`/repos/${fullName}`)).json()) as { id: number }
  const { newest } = await targetStanding(stack.store, `${id}/${micro}`)
  return newest === undefined ? '' : readLog(stack.store, newest.id)
}
