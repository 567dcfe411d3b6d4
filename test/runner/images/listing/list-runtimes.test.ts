import { describe, expect, test } from 'vitest'
import { runtimeTable } from '../../../../cli/machine/runtimes.ts'
import { listRuntimes, type HostFacts } from '../../../../runner/images/listing/list-runtimes.ts'

const now = new Date('2026-06-01')
const complete: HostFacts = {
  ready: new Set(['nodejs24']),
  registryAnswers: false,
  missing: { node: [], python: [] },
}
const find = (facts: HostFacts, id: string) => listRuntimes(facts, now).find((one) => one.id === id)

describe('what a host can provide', () => {
  test('is ready when its images are there', () => {
    expect(find(complete, 'nodejs24')).toMatchObject({ here: 'ready', how: '' })
  })

  test('can be made of packages where no registry answers', () => {
    expect(find(complete, 'nodejs14')).toMatchObject({ here: 'can be made', how: "npm's node 14 on Debian bookworm" })
    expect(find(complete, 'python3.7')).toMatchObject({ here: 'can be made', how: 'Ubuntu bionic' })
    expect(find(complete, 'python3.14')).toMatchObject({ here: 'can be made', how: 'Debian forky' })
  })

  test('can be made of official images where a registry answers', () => {
    expect(find({ ...complete, registryAnswers: true }, 'python3.7')).toMatchObject({ how: 'image python:3.7' })
  })

  test('is not here, and why, where the programs that make it are missing', () => {
    const missing = { node: ['mmdebstrap', 'npm'], python: ['mmdebstrap'] }
    const facts = { ...complete, missing }
    expect(find(facts, 'nodejs12')).toMatchObject({ here: 'not here', how: 'mmdebstrap and npm missing' })
    expect(find(facts, 'python3.9')).toMatchObject({ here: 'not here', how: 'mmdebstrap missing' })
    const registry = { ...facts, registryAnswers: true }
    expect(find(registry, 'nodejs12')).toMatchObject({ here: 'not here', how: 'npm missing' })
    expect(find(registry, 'python3.9')).toMatchObject({ here: 'can be made', how: 'image python:3.9' })
  })
})

test('every runtime has its end of life, whether that is past, and two places that its image can come from', () => {
  const listed = listRuntimes(complete, now)
  expect(listed).toHaveLength(15)
  expect(listed.filter((one) => one.pastEndOfLife).map((one) => one.id)).toEqual([
    'nodejs12',
    'nodejs14',
    'nodejs16',
    'nodejs18',
    'nodejs20',
    'python3.7',
    'python3.8',
    'python3.9',
  ])
  for (const one of listed) expect(one.sources).toHaveLength(2)
})

test('the table has its columns below each other', () => {
  const lines = runtimeTable(listRuntimes(complete, now).filter(({ id }) => ['nodejs24', 'python3.7'].includes(id)))
  expect(lines).toEqual([
    'RUNTIME    VERSION     END OF LIFE      IMAGE FROM                                          ON THIS HOST',
    "nodejs24   Node.js 24  2028-04-30       image node:24, or npm's node 24 on Debian bookworm  ready",
    'python3.7  Python 3.7  2023-06-27 past  image python:3.7, or Ubuntu bionic                  can be made (Ubuntu bionic)',
  ])
})
