import { afterAll, beforeAll, describe, it } from 'vitest'
import { docker } from '../engine/runtimes/sandbox.ts'
import { checkCase } from './deta/case.ts'
import { installingCases } from './deta/installing-cases.ts'
import { plainCases } from './deta/plain-cases.ts'
import { startStack, type Stack } from './support/stack.ts'

const { Runtimes: runtimes }: { readonly Runtimes: object } = await docker.info()
const hasGvisor = 'runsc' in runtimes
if (!hasGvisor) {
  console.warn(
    'NOT RUN: repositories of Deta’s under gVisor, because the Docker daemon does not know runsc (npm run install-gvisor).',
  )
}

const cases = [...plainCases, ...installingCases]

describe.each(['runc', ...(hasGvisor ? ['gvisor'] : [])])(
  'a repository that was written for Deta, under %s',
  (isolation) => {
    let stack: Stack
    beforeAll(async () => {
      stack = await startStack({ MICROPUSH_SANDBOX: isolation })
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    it.concurrent.each(cases.map((one, index) => ({ ...one, index })))('$title', async (one) => {
      await checkCase(stack, `deta-${one.index}`, one)
    })
  },
)
