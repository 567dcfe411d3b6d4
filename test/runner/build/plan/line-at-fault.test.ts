import { expect, it } from 'vitest'
import { lineAtFault } from '../../../../runner/build/plan/line-at-fault.ts'

const inputs = {
  'requirements.txt':
    'flask\n# six==1\nnot_there==1.0  # gone\ngit+https://example.com/Ada/lib.git@main#egg=lib\n-r more.txt\n',
  'more.txt': 'Pillow>=9\nold @ https://example.com/old-1.0.tar.gz\n',
}

it.each([
  ['No matching distribution found for not-there==1.0', 'requirements.txt, line 3'],
  ["fatal: unable to access 'https://example.com/Ada/lib.git/': Could not resolve host", 'requirements.txt, line 4'],
  ['Failed building wheel for pillow', 'more.txt, line 1'],
  ['HTTP error 404 while getting https://example.com/old-1.0.tar.gz', 'more.txt, line 2'],
  ['something else', undefined],
  ['six is commented out', undefined],
])('%s is about %s', (words, line) => {
  expect(lineAtFault(words, inputs)).toBe(line)
})

it('other files have no lines of packages', () => {
  expect(lineAtFault('ms is missing', { 'package.json': 'ms' })).toBeUndefined()
})

// Either of them would hold up the runner for minutes if its time grew with the square of the length, or words were taken apart for each line.
it.each([
  ['a line of nothing but marks of comments', `${'# '.repeat(500_000)}\u2028x`],
  ['a line of nothing but marks of addresses', `${'@ '.repeat(500_000)}x`],
  ['a million lines', 'x\n'.repeat(1_000_000)],
])('%s is looked at in no time', (_, list) => {
  expect(lineAtFault('No matching distribution found for b', { 'requirements.txt': list })).toBeUndefined()
})
