import { describe, expect, it } from 'vitest'
import { chooseRuntime, type VersionRequest } from '../../../../runner/source/version/choose-runtime.ts'

const asking = (language: 'node' | 'python', kind: VersionRequest['kind'], text: string): VersionRequest => ({
  where: 'the file',
  language,
  kind,
  text,
})

describe('a version file of Node.js', () => {
  it.each([
    ['v18', 'nodejs18'],
    ['18.17.0', 'nodejs18'],
    ['20.x', 'nodejs20'],
    ['lts/hydrogen', 'nodejs18'],
    ['lts/Fermium', 'nodejs14'],
    ['Jod', 'nodejs22'],
    ['lts/*', 'nodejs24'],
    ['node', 'nodejs24'],
    ['stable', 'nodejs24'],
  ])('that says %s asks for %s', (text, id) => {
    expect(chooseRuntime([asking('node', 'version', text)])).toMatchObject({ runtime: { id }, warnings: [] })
  })
})

describe('a range of Node.js', () => {
  it.each([
    ['>=14', 'nodejs24'],
    ['>= 14 < 19', 'nodejs18'],
    ['>=14.0.0 <15.0.0', 'nodejs14'],
    ['^18.12.0', 'nodejs18'],
    ['~16.20', 'nodejs16'],
    ['14 - 18', 'nodejs18'],
    ['16 || 18', 'nodejs18'],
    ['^20.9.0||>=22.1', 'nodejs24'],
    ['14.x', 'nodejs14'],
    ['=12.22.1', 'nodejs12'],
    ['>18', 'nodejs24'],
    ['<=16', 'nodejs16'],
    ['<18', 'nodejs16'],
    ['<18.5', 'nodejs18'],
    ['>=10.0.0-rc.1 <14', 'nodejs12'],
    ['*', 'nodejs24'],
    ['x', 'nodejs24'],
    ['', 'nodejs24'],
  ])('%j asks for %s', (text, id) => {
    expect(chooseRuntime([asking('node', 'range', text)])).toMatchObject({ runtime: { id }, warnings: [] })
  })
})

describe('a version file of Python', () => {
  it.each([
    ['3.9', 'python3.9'],
    ['3.9.16', 'python3.9'],
    ['python-3.9.16', 'python3.9'],
    ['cpython-3.11.4', 'python3.11'],
    ['3.14-dev', 'python3.14'],
    ['3.14t', 'python3.14'],
    ['3', 'python3.14'],
  ])('that says %s asks for %s', (text, id) => {
    expect(chooseRuntime([asking('python', 'version', text)])).toMatchObject({ runtime: { id }, warnings: [] })
  })
})

describe('a range of Python', () => {
  it.each([
    ['>=3.8,<3.12', 'python3.11'],
    ['>=3.8, <3.9.5', 'python3.9'],
    ['~=3.9', 'python3.14'],
    ['~=3.9.1', 'python3.9'],
    ['==3.10.*', 'python3.10'],
    ['^3.9', 'python3.14'],
    ['>=3.7,!=3.14.*,<4', 'python3.13'],
    ['>=2.7,<3.10', 'python3.9'],
    ['<=3.12', 'python3.12'],
    ['3.*', 'python3.14'],
    ['*', 'python3.14'],
  ])('%j asks for %s', (text, id) => {
    expect(chooseRuntime([asking('python', 'range', text)])).toMatchObject({ runtime: { id }, warnings: [] })
  })
})

describe('a version that is not in the catalogue', () => {
  it.each([
    [asking('node', 'version', '17'), 'nodejs18'],
    [asking('node', 'range', '10.x'), 'nodejs12'],
    [asking('node', 'version', 'lts/dubnium'), 'nodejs12'],
    [asking('node', 'version', '26'), 'nodejs24'],
    [asking('node', 'range', '>=30'), 'nodejs24'],
    [asking('python', 'version', '3.6.9'), 'python3.7'],
    [asking('python', 'range', '>=3.15'), 'python3.14'],
  ])('%j is met by %s, with a warning that says so', (request, id) => {
    const { runtime, warnings } = chooseRuntime([request])
    expect(runtime?.id).toBe(id)
    expect(warnings).toEqual([`the file asks for "${request.text}", which is not among the runtimes; ${id} is taken.`])
  })
})

describe('junk', () => {
  it.each([
    asking('node', 'version', 'iojs'),
    asking('node', 'version', '../../etc/passwd'),
    asking('node', 'range', 'whatever'),
    asking('node', 'range', '>=>=1'),
    asking('node', 'range', '>='),
    asking('python', 'version', 'pypy3.9-7.3.11'),
    asking('python', 'version', 'system'),
    asking('python', 'version', 'python-2.7.18'),
    asking('python', 'range', 'three'),
    asking('python', 'range', ''),
  ])('such as $text is passed over with a warning', (request) => {
    const { runtime, warnings } = chooseRuntime([request])
    expect(runtime).toBeUndefined()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('passed over')
  })

  it('does not keep a later request from being heard', () => {
    const requests = [asking('python', 'version', 'system'), asking('python', 'range', '>=3.9,<3.12')]
    expect(chooseRuntime(requests).runtime?.id).toBe('python3.11')
  })

  it('is shown shortly and without what a terminal would act on', () => {
    const [warning] = chooseRuntime([asking('node', 'version', `\u001B[31m${'x'.repeat(500)}`)]).warnings
    expect(warning).toMatch(/^the file says "\[31mx+…", which/)
    expect(warning?.length).toBeLessThan(120)
  })

  it('takes no time to read, however long', () => {
    const long = [`>=${'1'.repeat(60_000)}`, '1 '.repeat(30_000), '||'.repeat(30_000), `${'<'.repeat(60_000)}1`]
    for (const text of long) expect(() => chooseRuntime([asking('node', 'range', text)])).not.toThrow()
    for (const text of long) expect(() => chooseRuntime([asking('python', 'range', text)])).not.toThrow()
  })
})
