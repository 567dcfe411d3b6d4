import { describe, expect, it } from 'vitest'
import {
  MICRO_NAME,
  endpointUrl,
  hostOf,
  permanentLabel,
  productionLabel,
  slug,
  statusContext,
} from '../../contract/names.ts'

describe('a repository’s name as a micro’s name', () => {
  it.each([
    ['My_API.js', 'my-api-js'],
    ['--a__b--', 'a-b'],
    ['日本', 'micro'],
    ['.github', 'github'],
    ['x'.repeat(100), 'x'.repeat(39)],
    [`${'a'.repeat(38)}-b`, 'a'.repeat(38)],
  ])('%s becomes %s', (name, expected) => expect(slug(name)).toBe(expected))

  it('is always one that a config file may have, and stays itself', () => {
    for (const name of ['My_API.js', '', '-', 'É', 'a-'.repeat(30), '0', 'a--b']) {
      expect(slug(name)).toMatch(MICRO_NAME)
      expect(slug(slug(name))).toBe(slug(name))
    }
  })
})

describe('labels', () => {
  const long = { owner: 'o'.repeat(39), micro: 'm'.repeat(39), sha: '0a1b2c3d'.padEnd(40, '0') }

  it('name micro and owner, and the commit where they are for one deployment', () => {
    const names = { owner: 'Ada', micro: 'hello', sha: '0a1b2c3d'.padEnd(40, '0') }
    expect(productionLabel(names)).toBe('hello--ada')
    expect(permanentLabel(names)).toBe('0a1b2c3--hello--ada')
  })

  it('that are too long are cut, and told apart by a hash of the whole', () => {
    for (const label of [productionLabel(long), permanentLabel(long)]) {
      expect(label).toHaveLength(53)
      expect(label).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])$/)
    }
    expect(productionLabel(long)).not.toBe(productionLabel({ ...long, owner: `${long.owner.slice(1)}p` }))
    expect(productionLabel(long)).toBe(productionLabel(long))
  })

  it('that just fit stay as they are', () => {
    expect(productionLabel({ owner: 'o'.repeat(12), micro: 'm'.repeat(39) })).toBe(
      `${'m'.repeat(39)}--${'o'.repeat(12)}`,
    )
  })

  it('of two different micros are never the same for an owner whose name has hyphens', () => {
    const one = productionLabel({ owner: 'b-c', micro: 'a' })
    const other = productionLabel({ owner: 'c', micro: 'a-b' })
    expect(one).not.toBe(other)
  })
})

it('a host has no port, an address has the one of the domain', () => {
  expect(hostOf('hello--ada', 'localhost:8080')).toBe('hello--ada.localhost')
  expect(endpointUrl('hello--ada', { domain: 'localhost:8080', scheme: 'http' })).toBe(
    'http://hello--ada.localhost:8080',
  )
  expect(endpointUrl('hello--ada', { domain: 'm.example', scheme: 'https' })).toBe('https://hello--ada.m.example')
})

it('a status has the micro’s name in its context', () => {
  expect(statusContext('hello')).toBe('micropush/hello')
})
