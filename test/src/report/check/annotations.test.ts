import { describe, expect, it } from 'vitest'
import { findAnnotations } from '../../../../src/report/check/annotations/find-annotations.ts'
import { inRepository } from '../../../../src/report/check/annotations/in-repository.ts'
import { sampleConfig } from '../../support/samples.ts'

function find(log: string, src = '.', message = '') {
  const outcome = message === '' ? {} : { error: { code: 'install-failed', message } as const }
  const found = findAnnotations({ config: sampleConfig({ src }), outcome }, log)
  return found.map((one) => `${one.path}:${one.start_line}: ${one.message}`)
}

describe('annotations', () => {
  it('stand where the TypeScript compiler says, in either of its forms', () => {
    expect(find("t.ts(3,1): error TS1005: '}' expected.\n")).toEqual(["t.ts:3: TS1005: '}' expected."])
    const pretty = `src/u.ts:1:7 - error TS2322: Type 'string' is not assignable to type 'number'.

1 const x: number = "a"
        ~


Found 1 error in src/u.ts:1
`
    expect(find(pretty, 'web')).toEqual(["web/src/u.ts:1: TS2322: Type 'string' is not assignable to type 'number'."])
  })

  it('stand where esbuild says', () => {
    const log = `✘ [ERROR] Could not resolve "./nope"

    src/app.js:1:14:
      1 │ import x from "./nope"
        ╵               ~~~~~~~~

1 error
`
    expect(find(log)).toEqual(['src/app.js:1: Could not resolve "./nope"'])
  })

  it('stand where Rolldown and Vite say', () => {
    const log = `error during build:
Build failed with 1 error:

[UNRESOLVED_IMPORT] Could not resolve './nope' in src/c.js
   ╭─[ src/c.js:1:15 ]
   │
 1 │ import x from "./nope"
   │               ────┬───
   │                   ╰───── Module not found.
───╯
`
    expect(find(log)).toEqual(["src/c.js:1: Could not resolve './nope' in src/c.js"])
  })

  it('stand where Node.js could not read a file', () => {
    const commonjs = `/app/bad.js:2
function ( {
^^^^^^^^

SyntaxError: Function statements require a function name
    at wrapSafe (node:internal/modules/cjs/loader:1861:18)
    at Module._compile (node:internal/modules/cjs/loader:1903:20)

Node.js v24.21.0
`
    expect(find(commonjs, 'api')).toEqual(['api/bad.js:2: SyntaxError: Function statements require a function name'])
    const module = `file:///app/lib/bad.mjs:1
export const a = ;
                 ^

SyntaxError: Unexpected token ';'
    at compileSourceTextModule (node:internal/modules/esm/utils:319:16)
`
    expect(find(module)).toEqual(["lib/bad.mjs:1: SyntaxError: Unexpected token ';'"])
  })

  it('stand where our loader says that an app could not be imported', () => {
    const syntax = `==> Failed: web did not start: index.js:2
function ( {
^^^^^^^^

SyntaxError: Function statements require a function name
`
    expect(find(syntax, 'web')).toEqual(['web/index.js:2: SyntaxError: Function statements require a function name'])
    const missing = `==> Failed: api did not start: Error: Cannot find module 'nope'
Require stack:
- index.js
    at Object.<anonymous> (index.js:2:1)
If it is a package, it must stand under "dependencies" in package.json.
`
    expect(find(missing)).toEqual(["index.js:2: Error: Cannot find module 'nope'"])
  })

  it("stand at the app's own topmost line of what Node.js threw", () => {
    const log = `Error: Cannot connect
    at Object.connect (/app/node_modules/pg/lib/client.js:10:11)
    at start (/app/server.js:7:3)
    at Object.<anonymous> (/app/index.js:2:1)
`
    expect(find(log)).toEqual(['server.js:7: Error: Cannot connect'])
  })

  it("stand at the app's own last line of a Python traceback", () => {
    const log = `Traceback (most recent call last):
  File "/app/main.py", line 4, in <module>
    g()
  File "/app/lib/thing.py", line 3, in g
    json.loads("x")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
`
    expect(find(log, 'api')).toEqual([
      'api/lib/thing.py:3: json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)',
    ])
  })

  it('stand at what Python could not read, also where the path is told as in the repository', () => {
    expect(find(`  File "bad.py", line 1\n    def f(:\n          ^\nSyntaxError: invalid syntax\n`)).toEqual([
      'bad.py:1: SyntaxError: invalid syntax',
    ])
  })

  it('stand at the line of the requirements that could not be installed', () => {
    expect(find('', 'api', 'No package fits nosuchpkg==9.9 (requirements.txt, line 3).')).toEqual([
      'api/requirements.txt:3: No package fits nosuchpkg==9.9 (requirements.txt, line 3).',
    ])
  })

  it('are one for a line, and fifty at the most', () => {
    const lines = Array.from({ length: 80 }, (_, index) => `a.ts(${Math.ceil((index + 1) / 1.1)},1): error TS1: x`)
    const found = find(lines.join('\n'))
    expect(found).toHaveLength(50)
    expect(new Set(found).size).toBe(50)
  })

  it('are none of what is no file of the repository', () => {
    const foreign = [
      '/etc/passwd',
      '../secret.ts',
      'node_modules/x/a.ts',
      'a/../../b.ts',
      String.raw`C:\a.ts`,
      '/app/',
      'a//b.ts',
      '.venv/x.py',
      `${'x'.repeat(301)}.ts`,
      'a\u0000b.ts',
    ]
    expect(foreign.map((path) => inRepository(path, '.'))).toEqual(foreign.map(() => undefined))
    expect(inRepository('./src/a.ts', 'web')).toBe('web/src/a.ts')
  })

  it('are found in hostile output in time that grows with its length alone', () => {
    const hostile = [
      `${' '.repeat(500_000)}at x`,
      `File "${'a/'.repeat(250_000)}`,
      'Error: '.repeat(80_000),
      `╭─[${' '.repeat(500_000)}`,
      `${'a.'.repeat(250_000)}Error`,
    ]
    const begin = performance.now()
    expect(find(hostile.join('\n'))).toEqual([])
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})
