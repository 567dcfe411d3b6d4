import { describe } from 'vitest'
import { nodeCases, pythonCases } from './all-cases.ts'

/*
 * The list comes from running 56 micros of strangers again (25 in Node, 31 in Python) that had been written for Deta Micros; here is
 * what of it concerns the inside of a sandbox. The same cases run under gVisor, and on the oldest versions, in deta.long.test.ts.
 */
describe.concurrent('a Node app of old, by what 56 real micros needed when they were run again,', async () => {
  await nodeCases({ version: '24', runtime: 'runc' })
})

describe.concurrent('a Python app of old, by what 56 real micros needed when they were run again,', async () => {
  await pythonCases({ version: '3.13', runtime: 'runc' })
})
