import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Stack } from '../../../journey/support/stack.ts'

/** Between two questions to one neighbour. */
const EVERY_MS = 50
/** The execution time that every micro is promised: no answer may take longer. */
const PROMISE_MS = 10_000

/** A micro of somebody else, which is asked all the time. */
export interface Neighbour {
  readonly host: string
  /** What it was asked for since a moment, in milliseconds of `performance.now()`. */
  since(startMs: number): Sample
  stop(): Promise<void>
}

interface Sample {
  readonly answers: number
  /** Every answer that was not the right one. */
  readonly wrong: readonly string[]
  readonly slowestMs: number
  /** 99 of 100 answers took no longer. */
  readonly p99Ms: number
}

interface One {
  readonly startMs: number
  readonly tookMs: number
  readonly wrong: string | undefined
}

const SECRET = 'a neighbour keeps this to itself'

const files = {
  node: {
    'micro.yml': `v: 1\nname: node\nruntime: nodejs24\nenv:\n  KEPT: ${SECRET}\n`,
    // It also listens where a neighbour of the same bridge could try to reach it.
    'index.js': `require('net').createServer((s) => s.on('error', () => {}).end('a neighbour')).listen(9000, '0.0.0.0')
      module.exports = (request, response) => response.end('neighbour node')`,
  },
  python: {
    'micro.yml': `v: 1\nname: python\nruntime: python3.13\nenv:\n  KEPT: ${SECRET}\n`,
    'main.py':
      'def app(environ, start_response):\n    start_response("200 OK", [])\n    return [b"neighbour python"]\n',
  },
} as const

/** Deploys a micro of each language, and asks it again and again until it is stopped. */
export async function openNeighbour(stack: Stack, language: 'node' | 'python'): Promise<Neighbour> {
  await using repository = await stack.repository(`bob/${language}`)
  await repository.write(files[language])
  const sha = await repository.commit()
  await repository.push()
  const { state, description } = await stack.outcome(repository.fullName, sha, `micropush/${language}`)
  expect(`${state}: ${description}`).toMatch(/^success/)
  const host = stack.host(`${language}--bob`)
  const asked: One[] = []
  const stop = new AbortController()
  const asking = (async () => {
    while (!stop.signal.aborted) {
      asked.push(await askOnce(stack, host, `neighbour ${language}`))
      await pause(EVERY_MS)
    }
  })()
  return {
    host,
    since: (startMs) => sample(asked.filter((one) => one.startMs >= startMs)),
    async stop() {
      stop.abort()
      await asking
    },
  }
}

async function askOnce(stack: Stack, host: string, right: string): Promise<One> {
  const startMs = performance.now()
  const came = await stack.ask(host).then(
    ({ status, body }) => (status === 200 && body === right ? undefined : `${status} ${body.slice(0, 200)}`),
    (error: unknown) => String(error),
  )
  const tookMs = performance.now() - startMs
  return { startMs, tookMs, wrong: came ?? (tookMs > PROMISE_MS ? `after ${Math.round(tookMs)} ms` : undefined) }
}

function sample(asked: readonly One[]): Sample {
  const sorted = asked.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
  return {
    answers: asked.length,
    wrong: asked.flatMap(({ wrong }) => (wrong === undefined ? [] : [wrong])),
    slowestMs: sorted.at(-1) ?? 0,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  }
}
