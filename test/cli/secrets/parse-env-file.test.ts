import { expect, it } from 'vitest'
import { parseEnvFile } from '../../../cli/secrets/parse-env-file.ts'

const read = (text: string) => {
  const { values, ...rest } = parseEnvFile(text)
  return { ...rest, values: Object.fromEntries(values) }
}

it('reads files as Deta’s command line did', () => {
  const text = '\uFEFF# comment\n\nA=1\r\nB = "two words" \nURL=https://x.example/?a=b\nQUOTED="a \\" b"\n'
  expect(read(text)).toEqual({
    values: { A: '1', B: 'two words', URL: 'https://x.example/?a=b', QUOTED: String.raw`a \" b` },
    skipped: [],
    faults: [],
  })
})

it('names each line that it cannot read, and never shows what stands there', () => {
  const { faults } = read('=hunter2\nhunter2\nexport A=hunter2\nEMPTY=\nA=fine\n')
  expect(faults).toEqual([
    'line 1 is not of the form NAME=value',
    'line 2 is not of the form NAME=value',
    expect.stringMatching(/^line 3: the name cannot be/) as string,
    expect.stringMatching(/^line 4: the value of EMPTY is empty/) as string,
  ])
  expect(faults.join()).not.toContain('hunter2')
})

it('leaves out what micropush sets itself', () => {
  expect(read('DETA_PROJECT_KEY=a_b\nPORT=3000\nA=1')).toEqual({
    values: { A: '1' },
    skipped: ['DETA_PROJECT_KEY', 'PORT'],
    faults: [],
  })
})
