import { describe } from 'vitest'
import { nodeCases, pythonCases } from './deta/all-cases.ts'

/*
 * What the apps of 56 strangers that had run on Deta Micros needed when they were run again, as far as it concerns what is inside a
 * sandbox. The same cases run under gVisor, and on the oldest versions, in deta.long.test.ts.
 */
describe.concurrent('a Node app of old', async () => {
  await nodeCases({ version: '24', runtime: 'runc' })
})

describe.concurrent('a Python app of old', async () => {
  await pythonCases({ version: '3.13', runtime: 'runc' })
})
