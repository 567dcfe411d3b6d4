import { describe } from 'vitest'
import { nodeCases, pythonCases } from './all-cases.ts'
import { nodeBoundCase } from './node-busy.ts'
import { pythonBoundCase } from './python-busy.ts'
import { docker } from '../sandbox.ts'

const { Runtimes: runtimes }: { readonly Runtimes: object } = await docker.info()
const hasGvisor = 'runsc' in runtimes
if (!hasGvisor) {
  console.warn(
    'NOT RUN: apps of old under gVisor, because the Docker daemon does not know runsc (npm run install-gvisor).',
  )
}

describe.concurrent('on the oldest versions', () => {
  describe('a Node app of old', async () => {
    await nodeCases({ version: '12', runtime: 'runc' })
  })
  describe('a Python app of old', async () => {
    await pythonCases({ version: '3.7', runtime: 'runc' })
  })
})

describe.skipIf(!hasGvisor).concurrent('under gVisor', () => {
  describe('a Node app of old', async () => {
    if (hasGvisor) nodeBoundCase(await nodeCases({ version: '24', runtime: 'runsc' }))
  })
  describe('a Python app of old', async () => {
    if (hasGvisor) pythonBoundCase(await pythonCases({ version: '3.13', runtime: 'runsc' }))
  })
})
