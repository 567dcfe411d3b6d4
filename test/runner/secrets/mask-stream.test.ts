import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createMask, noMask } from '../../../runner/secrets/mask.ts'
import { createMaskStream } from '../../../runner/secrets/mask-stream.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwt = `eyJ${'h'.repeat(20)}.${'p'.repeat(90)}.${'s'.repeat(342)}`

function through(mask: (text: string) => string, pieces: Iterable<string>): string {
  const stream = createMaskStream(mask)
  let told = ''
  for (const piece of pieces) told += stream.write(piece)
  return told + stream.release()
}

function* cut(text: string, size: number): Generator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

describe('output in pieces', () => {
  const mask = createMask(['correct horse battery', 'hunter2hunter2'])
  const written = [
    'npm ci',
    'DB=hunter2hunter2 P="correct horse battery"',
    `clone https://x-access-token:ghs_${'a'.repeat(36)}@github.com/a/b`,
    `long ghs_${'A1._-'.repeat(104)} end`,
    `Bearer ${jwt}`,
    'progress 1%\rprogress 2% hunter2hunter2\rdone',
    `${pem}after`,
    'last line without an end: hunter2hunter2',
  ].join('\n')
  const shown = [
    'npm ci',
    'DB=*** P="***"',
    'clone https://x-access-token:[token]@github.com/a/b',
    'long [token] end',
    'Bearer [token]',
    'progress 1%\rprogress 2% ***\rdone',
    '[key]\nafter',
    'last line without an end: ***',
  ].join('\n')

  it.each([1, 2, 3, 7, 16, 61, 4096, 100_000])('is masked as it would be in one: %i characters at a time', (size) => {
    expect(through(mask, cut(written, size))).toBe(shown)
  })

  it('is told line by line, and no sooner', () => {
    const stream = createMaskStream(noMask)
    expect(stream.write('one\ntw')).toBe('one\n')
    expect(stream.isHolding).toBe(true)
    expect(stream.write('o\n')).toBe('two\n')
    expect(stream.isHolding).toBe(false)
  })

  it('is not held without end when a line has none, and is masked all the same', () => {
    const line = `${'x'.repeat(1000)}hunter2hunter2 ghs_${'b'.repeat(36)} `.repeat(1000)
    const stream = createMaskStream(mask)
    let told = ''
    let mostHeld = 0
    let written = 0
    for (const piece of cut(line, 1000)) {
      written += piece.length
      told += stream.write(piece)
      mostHeld = Math.max(mostHeld, written - told.length)
    }
    told += stream.release()
    expect(told).toBe(`${'x'.repeat(1000)}*** [token] `.repeat(1000))
    // A twentieth of it is masked away.
    expect(mostHeld).toBeLessThan(66 * 1024 + line.length / 15)
  })

  it('comes back after a key that never ends', () => {
    const rest = 'word\n'.repeat(10_000)
    const told = through(noMask, cut(`-----BEGIN PRIVATE KEY-----\n${rest}`, 100))
    expect(told).toMatch(/^\[key\]/)
    expect(told.length).toBeGreaterThan(rest.length - 20_000)
  })

  it('takes time that grows with its length alone', () => {
    const hostile = ['-----BEGIN PRIVATE KEY-----', 'eyJ-', 'ghs_', 'eyJaaaaaaaa.'].map((word) =>
      word.repeat(1_000_000 / word.length),
    )
    const before = process.cpuUsage()
    for (const text of hostile) through(mask, cut(text, 32_768))
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
  })
})
