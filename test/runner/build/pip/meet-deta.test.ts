import { describe, expect, it } from 'vitest'
import { meetDeta } from '../../../../runner/build/pip/meet-deta.ts'

const ours = 'deta==${MICROPUSH_DETA}+micropush'

describe('a line that asks for deta asks for ours', () => {
  it.each([
    'deta',
    'deta==1.1.0',
    'deta[async]',
    'deta [async] >= 1, < 2',
    'Deta>=1',
    '  deta~=1.0  # the database',
    'deta @ https://example.com/deta-0.2.54.tar.gz',
    'deta@git+https://example.com/deta.git',
    '-e git+https://example.com/a.git@main#egg=deta',
    'https://example.com/deta-0.2.54-py3-none-any.whl',
  ])('%j', (line) => {
    expect(meetDeta(`six\n${line}\nflask`, 'requirements')).toBe(`six\n${ours}\nflask`)
  })

  it('on the platforms that it asked for it on', () => {
    const line = 'deta==1.1.0 ; python_version >= "3.7"'
    expect(meetDeta(line, 'requirements')).toBe(`${ours} ; python_version >= "3.7"`)
  })

  it('with the hash of ours in place of theirs', () => {
    const line = 'deta==1.1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11'
    const met = meetDeta(`six\n${line}\nflask`, 'requirements').split('\n')
    expect(met).toEqual(['six', expect.stringMatching(/^deta==\S+ --hash=sha256:[0-9a-f]{64} /), 'flask'])
    expect(met[1]).not.toContain('sha256:00 ')
  })

  it('and as a constraint it goes, because ours is one already', () => {
    expect(meetDeta('six<2\ndeta==1.1.0\n', 'constraints')).toBe('six<2\n')
  })
})

it.each(['detalib', 'deta-cli', 'deta_x==1', 'deta.x', 'odetam', '# deta', 'a @ https://example.com/deta/a.whl'])(
  'a line that asks for something else stays: %s',
  (line) => {
    expect(meetDeta(line, 'requirements')).toBe(line)
  },
)

it('a file that is made to be read slowly is read as quickly as any', () => {
  meetDeta(`deta\\\n${'\\\n'.repeat(300_000)}`, 'requirements')
  meetDeta(`deta ${' --hash'.repeat(300_000)}`, 'requirements')
  meetDeta(`deta ${'; '.repeat(300_000)}`, 'requirements')
})
