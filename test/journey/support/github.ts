import { setTimeout as sleep } from 'node:timers/promises'

/** What an answer of the forge holds, as far as a test looks at it. */
type Json = Readonly<Record<string, unknown>>

/** GitHub as a person sees it: what is done on its pages, and what stands there. */
export interface GitHub {
  /** The same as somebody else, with a role on every repository that is used: `as('eve', 'read')`. */
  as(login: string, permission?: 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'): GitHub
  /** Any path below `/api/v3`; fails when the answer is no success. */
  call<Answer = Json>(method: string, path: string, body?: object): Promise<Answer>
  openPull(fullName: string, pull: { head: string; base?: string; title?: string; draft?: boolean }): Promise<number>
  comment(fullName: string, number: number, text: string): Promise<number>
  comments(fullName: string, number: number): Promise<{ id: number; body: string; user: { login: string } }[]>
  /** The newest run of each name, with what is asked for most. */
  checkRuns(fullName: string, sha: string): Promise<CheckRun[]>
  /** Presses a button of a completed check run. */
  press(fullName: string, runId: number, identifier: string): Promise<void>
  /** See `forge/README.md` for the orders. */
  misbehave(script: { readonly deliveries?: readonly object[]; readonly requests?: readonly object[] }): Promise<void>
  behave(): Promise<void>
  faultsDone(): Promise<Json[]>
}

interface CheckRun {
  readonly id: number
  readonly name: string
  readonly status: string
  readonly conclusion: string | null
  readonly external_id: string
  readonly output: { readonly title: string | null; readonly summary: string | null; readonly text: string | null }
}

/** @param forge such as `http://127.0.0.1:4000` */
export function createGitHub(forge: string, token = 'local'): GitHub {
  const call = async <Answer = Json>(method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${forge}/api/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }
  return {
    call,
    as: (login, permission) =>
      createGitHub(forge, permission === undefined ? `local:${login}` : `local:${login}:${permission}`),
    async openPull(fullName, { head, base = 'main', title = head, draft = false }) {
      const { number } = await call<{ number: number }>('POST', `/repos/${fullName}/pulls`, {
        title,
        head,
        base,
        draft,
      })
      return number
    },
    async comment(fullName, number, text) {
      return (await call<{ id: number }>('POST', `/repos/${fullName}/issues/${number}/comments`, { body: text })).id
    },
    comments: (fullName, number) => call('GET', `/repos/${fullName}/issues/${number}/comments?per_page=100`),
    async checkRuns(fullName, sha) {
      const path = `/repos/${fullName}/commits/${sha}/check-runs?per_page=100`
      return (await call<{ check_runs: CheckRun[] }>('GET', path)).check_runs
    },
    async press(fullName, runId, identifier) {
      await call('POST', `/repos/${fullName}/check-runs/${runId}/_actions`, { identifier })
    },
    async misbehave(script) {
      await call('POST', '/_faults', script)
    },
    async behave() {
      await call('DELETE', '/_faults')
    },
    faultsDone: () => call('GET', '/_faults/done'),
  }
}

/** Waits until something is so; fails with the last that was seen. */
export async function until<Value>(
  look: () => Value | Promise<Value>,
  isSo: (value: Value) => boolean,
  deadlineMs = 60_000,
): Promise<Value> {
  const endMs = Date.now() + deadlineMs
  for (;;) {
    const value = await look()
    if (isSo(value)) return value
    if (Date.now() > endMs) throw new Error(`it did not come about: ${JSON.stringify(value)}`)
    await sleep(100)
  }
}
