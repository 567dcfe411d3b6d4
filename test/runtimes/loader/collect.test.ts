import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const collect = join(import.meta.dirname, '../../../runtimes/loader/node/collect.cjs')

/** What a Node process of its own says in the end. */
function say(script: string): unknown {
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }))
}

it('gives back what nothing refers to any more', () => {
  const { before, after } = say(`
    let left = Array.from({ length: 200_000 }, (_, n) => ({ n }))
    left = undefined
    const before = process.memoryUsage().heapUsed
    require(${JSON.stringify(collect)}).collect()
    process.stdout.write(JSON.stringify({ before, after: process.memoryUsage().heapUsed }))`) as Record<string, number>
  expect(before).toBeGreaterThan(8_000_000)
  expect(after).toBeLessThan(8_000_000)
})

it('leaves an app no way to collect by itself', () => {
  const kinds = say(`
    require(${JSON.stringify(collect)}).collect()
    const vm = require('vm')
    process.stdout.write(JSON.stringify([typeof gc, typeof globalThis.gc, vm.runInNewContext('typeof gc')]))`)
  expect(kinds).toEqual(['undefined', 'undefined', 'undefined'])
})

it('takes code that another process has compiled ahead, as before it', () => {
  const source = 'function twice(n) { return 2 * n }; twice(21)'
  const cache = say(`
    const script = new (require('vm').Script)(${JSON.stringify(source)}, { filename: 'app.js' })
    script.runInThisContext()
    process.stdout.write(JSON.stringify(script.createCachedData().toString('base64')))`)
  const load = (first: string) =>
    say(`
      ${first}
      const cachedData = Buffer.from(${JSON.stringify(cache)}, 'base64')
      const script = new (require('vm').Script)(${JSON.stringify(source)}, { filename: 'app.js', cachedData })
      process.stdout.write(JSON.stringify({ rejected: script.cachedDataRejected, value: script.runInThisContext() }))`)
  expect(load(`require(${JSON.stringify(collect)}).collect()`)).toEqual({ rejected: false, value: 42 })
  // A flag that is left over makes it another V8.
  expect(load(`require('v8').setFlagsFromString('--no-lazy')`)).toMatchObject({ rejected: true })
})
