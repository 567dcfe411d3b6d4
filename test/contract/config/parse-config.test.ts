import { describe, expect, it } from 'vitest'
import { microConfig } from '../../../contract/config.ts'
import { describeErrors } from '../../../contract/config/describe-errors.ts'
import { parseConfig, type ConfigContext } from '../../../contract/config/parse-config.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { bad, good } from './corpus.ts'

const context: ConfigContext = { file: 'micro.yml', repository: 'My_API.js' }
const MB = 1024 * 1024

function micros(text: string, more: Partial<ConfigContext> = {}) {
  const result = parseConfig(text, { ...context, ...more })
  if (!result.ok) throw new Error(describeErrors(result.errors, 500))
  return result.micros
}

function faults(text: string, more: Partial<ConfigContext> = {}): string[] {
  const result = parseConfig(text, { ...context, ...more })
  return result.ok ? [] : result.errors.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

function warnings(text: string): string[] {
  const result = parseConfig(text, context)
  return result.ok ? result.warnings : ['not ok']
}

describe('a file for one micro', () => {
  it('needs nothing but its version', () => {
    expect(micros('v: 1')).toEqual([{ name: 'my-api-js', src: '.', env: {}, secrets: [], limits: defaultLimits }])
  })

  it('keeps every field that it has', () => {
    const text = `
v: 1
name: hello
src: ./services//api/
runtime: nodejs24
entry: ./src/app.js
build: npm run build
env:
  GREETING: hello
secrets: [STRIPE_KEY]
limits:
  timeout: 5s
  memory: 256MB
branch: live
`
    expect(micros(text)).toEqual([
      {
        name: 'hello',
        src: 'services/api',
        runtime: 'nodejs24',
        entry: 'src/app.js',
        build: 'npm run build',
        env: { GREETING: 'hello' },
        secrets: ['STRIPE_KEY'],
        limits: { ...defaultLimits, timeoutMs: 5000, memoryBytes: 256 * MB },
        branch: 'live',
      },
    ])
  })

  it('makes jobs that the contract accepts', () => {
    for (const text of good) for (const micro of micros(text)) expect(microConfig.parse(micro)).toEqual(micro)
  })

  it('may be JSON, with tabs and a schema for the editor', () => {
    const text = '{\r\n\t"$schema": "./micro.schema.json",\r\n\t"v": 1,\r\n\t"name": "x"\r\n}\r\n'
    expect(micros(text, { file: 'micro.json' })[0]?.name).toBe('x')
  })

  it('may begin with a byte order mark and have Windows line ends, and still counts lines right', () => {
    expect(micros('\uFEFFv: 1\r\nname: x\r\n')[0]?.name).toBe('x')
    expect(faults('\uFEFFv: 1\r\nname: X\r\n')[0]).toMatch(/^2:1 name: "X"/)
  })
})

describe('secrets', () => {
  it('are names, each once', () => {
    expect(micros('v: 1\nsecrets: [B, A, B]')[0]?.secrets).toEqual(['B', 'A'])
  })

  it('that are set by micropush, or cannot be set at all, are refused by name', () => {
    expect(faults('v: 1\nsecrets:\n  - PORT\n  - a-b\n')).toEqual([
      '3:5 secrets: "PORT" is set by micropush; choose another name',
      '4:5 secrets: "a-b" cannot be the name of a secret; use letters, digits and "_", not a digit first',
    ])
  })

  it('never have a value in the file, and no message repeats one', () => {
    const [inList] = faults('v: 1\nsecrets:\n  - TOKEN=hunter2\n')
    const [inGroup] = faults('v: 1\nsecrets:\n  TOKEN: hunter2\n')
    expect(inList).toMatch(/names alone; take the value out/)
    expect(inGroup).toMatch(/values are set with: micropush secrets set/)
    expect(`${inList} ${inGroup}`).not.toContain('hunter2')
  })
})

describe('a file for several micros', () => {
  it('names each after its folder, and the one at the root after the repository', () => {
    const list = micros('v: 1\nmicros:\n  - src: services/API\n  - runtime: nodejs24\n  - src: web\n    name: site')
    expect(list.map(({ name }) => name)).toEqual(['api', 'my-api-js', 'site'])
  })

  it('lets each inherit branch and env, its own winning', () => {
    const list = micros(
      'v: 1\nbranch: live\nenv: { A: 1, B: 2 }\nmicros:\n  - src: a\n  - src: b\n    branch: other\n    env: { B: 3 }',
    )
    expect(list.map(({ branch, env }) => ({ branch, env }))).toEqual([
      { branch: 'live', env: { A: '1', B: '2' } },
      { branch: 'other', env: { A: '1', B: '3' } },
    ])
  })

  it('refuses two of one name, said or derived, and shows both lines', () => {
    expect(faults('v: 1\nmicros:\n  - src: a/api\n  - src: b/api\n  - name: api')).toEqual([
      '4:5 two micros are called "api" (line 3); give one of them another "name"',
      '5:5 two micros are called "api" (line 3); give one of them another "name"',
    ])
  })

  it('refuses more than 20', () => {
    const list = Array.from({ length: 21 }, (_, index) => `  - name: m${index}`).join('\n')
    expect(faults(`v: 1\nmicros:\n${list}`)).toEqual(['2:1 micros: 21 micros are listed, 20 are the most'])
  })

  it('says where a key belongs that stands beside the list', () => {
    expect(faults('v: 1\nruntime: nodejs24\nmicros:\n  - src: a')).toEqual([
      '2:1 "runtime" cannot stand beside "micros"; move it into each micro of the list',
    ])
  })

  it('gives the path of what is wrong', () => {
    const result = parseConfig('v: 1\nmicros:\n  - src: a\n  - src: b\n    limits:\n      memory: 9GB', context)
    expect(result).toMatchObject({
      errors: [{ path: 'micros[1].limits.memory', line: 6, column: 7, file: 'micro.yml' }],
    })
  })
})

describe('env', () => {
  it('takes numbers and booleans as they are written', () => {
    expect(micros('v: 1\nenv:\n  A: 1.10\n  B: 0x10\n  C: True\n  D: 007\n  E: "1"\n  F: ""\n  G: no')[0]?.env).toEqual(
      {
        A: '1.10',
        B: '0x10',
        C: 'True',
        D: '007',
        E: '1',
        F: '',
        G: 'no',
      },
    )
  })

  it('refuses what micropush sets itself', () => {
    expect(faults('v: 1\nenv: { MICRO_URL: x }')).toEqual([
      '2:8 env: "MICRO_URL" is set by micropush; choose another name',
    ])
    expect(micros('v: 1\nenv: { NODE_OPTIONS: --no-warnings, MICROSCOPE: x }')[0]?.env).toHaveProperty('MICROSCOPE')
  })

  it('warns of what looks like a secret, without repeating it', () => {
    const heard = warnings(
      'v: 1\nenv:\n  API_KEY: abc123\n  DB: postgres://me:abc123@db/x\n  PUBLIC_KEY: y\n  KEYBOARD: z\n  MY_TOKEN: ""',
    )
    expect(heard.map((text) => text.slice(0, 28))).toEqual([
      'micro.yml line 3: env.API_KE',
      'micro.yml line 4: env.DB loo',
    ])
    expect(heard.join('')).not.toContain('abc123')
  })

  it('is at most 64 KB with what it inherits', () => {
    const text = `v: 1\nenv: &e { A: "${'é'.repeat(15_000)}" }\nmicros:\n  - env: { B: "${'\\L'.repeat(12_000)}" }`
    expect(faults(text)).toEqual(['4:5 env: all names and values together exceed 64 KB'])
  })
})

describe('limits', () => {
  it('says the command that grants more, where it knows the repository and there is room for it', () => {
    const asked = 'v: 1\nlimits:\n  timeout: 1.005 m'
    expect(faults(asked, { owner: 'ada' })).toEqual([
      '3:3 limits.timeout: 60.3s was asked, 10s is granted; ask the operator for: micropush grant ada/My_API.js timeout=1.005m',
    ])
    expect(faults(asked, { owner: 'a'.repeat(39), repository: 'r'.repeat(39) })[0]).toMatch(
      /operator of this micropush/,
    )
  })

  it('says what was asked, what is granted, and how to ask for more', () => {
    expect(faults('v: 1\nlimits:\n  timeout: 60\n  memory: 2GiB')).toEqual([
      '3:3 limits.timeout: 60s was asked, 10s is granted; ask the operator of this micropush for more',
      '4:3 limits.memory: 2GB was asked, 512MB is granted; ask the operator of this micropush for more',
    ])
  })

  it('goes up to what the operator granted', () => {
    const granted = { ...defaultLimits, timeoutMs: 60_000 }
    expect(micros('v: 1\nlimits: { timeout: 60s }', { granted })[0]?.limits.timeoutMs).toBe(60_000)
    expect(faults('v: 1\nlimits: { timeout: 60.001s }', { granted })).toHaveLength(1)
    expect(micros('v: 1', { granted })[0]?.limits.timeoutMs).toBe(10_000)
  })

  it('never gives more than was granted, even to who asks for nothing', () => {
    const granted = { ...defaultLimits, memoryBytes: 128 * MB }
    expect(micros('v: 1', { granted })[0]?.limits.memoryBytes).toBe(128 * MB)
  })

  it('guesses that a small bare number was meant in MB', () => {
    expect(faults('v: 1\nlimits: { memory: 256 }')).toEqual([
      '2:11 limits.memory: 256 bytes is too little, 16MB is the least; did you mean 256MB?',
    ])
  })

  it('reads the promise itself, to the byte', () => {
    const text =
      'v: 1\nlimits: { timeout: 10s, memory: 512MB, tmp: 512MB, processes: 1024, payload: 5.5MB, source: 250MB, dependencies: 250MB }'
    expect(micros(text)[0]?.limits).toEqual(defaultLimits)
  })
})

describe('what is wrong', () => {
  it.each([
    ['', '1:1 the file is empty; begin it with "v: 1"'],
    [' \n# nothing\n', '1:1 the file is empty; begin it with "v: 1"'],
    ['---\n', '1:1 the file is empty; begin it with "v: 1"'],
    ['name: x', '1:1 "v" is missing; begin the file with "v: 1"'],
    ['v: "1"', '1:1 v: must be the number 1, without quotes'],
    ['name: x\nv: 2', '2:1 v: "2" is not known; this micropush knows "v: 1"'],
    ['version: 1', '1:1 unknown key "version" – did you mean "v"?'],
    ['v: 1\nruntme: x', '2:1 unknown key "runtme" – did you mean "runtime"?'],
    ['v: 1\n__proto__: 1', /^2:1 unknown key "__proto__"; known here: v, name, src, /],
    ['v: 1\nname: a\nname: b', '3:1 the key "name" stands twice; line 2 has it already'],
    ['v: 1\n\tname: a', '2:1 a tab indents this line; YAML wants spaces'],
    ['v: 1\nname: "a', '2:9 not valid YAML: missing closing double quote'],
    ['v: 1\nrun: echo a: b', /^2:6 not valid YAML: a value with ": " in it needs quotes/],
    ['v: 1\nname: @a', /^2:7 a value cannot begin with this character; put it in quotes/],
    ['v: 1\n---\nv: 1', /^2:1 a second document begins here/],
    ['v: 1\n...\n---\nname: x', /^3:1 a second document begins here/],
    ['v: 1\nname: *a', /^2:1 the alias "\*a" has no anchor before it/],
    ['v: 1\nlimits: &a { timeout: 1s }\nenv: { <<: *a }', /env: "<<" cannot be the name/],
    ['v: 1\nmicros:\n  - &a\n    src: a\n  - <<: *a', '5:5 merge keys (<<) are not supported; write the keys out'],
    ['v: 1\nname: !!js/function x', '2:1 the tag "tag:yaml.org,2002:js/function" is not supported; remove it'],
    ['v: 1\nname: !!binary aGk=', /^2:1 the tag .* is not supported/],
    ['v: 1\n? [a]\n: b', '2:3 a key must be plain text'],
    ['- v: 1', '1:1 the file must hold keys and values, such as "v: 1"'],
    ['\u0000v\u0000:\u0000 \u00001', '1:1 the file is not UTF-8 text; save it with the encoding UTF-8'],
    ['\uFFFD\uFFFDv: 1', '1:1 the file is not UTF-8 text; save it with the encoding UTF-8'],
    [`v: 1\n#${'x'.repeat(64 * 1024)}`, '1:1 the file is larger than 64 KB'],
    ['v: 1\nname:', '2:1 name: has no value; give it one or remove the line'],
    ['v: 1\nname: 5', '2:1 name: must be text; put it in quotes: "5"'],
    ['v: 1\nname: [a]', '2:1 name: must be text, not a list'],
    ['v: 1\nname: My API', /^2:1 name: "My API" cannot be used; write for example "my-api"/],
    ['v: 1\nruntime: 3.10', '2:1 runtime: "3.10" names no language; write for example python3.10'],
    ['v: 1\nruntime: python', '2:1 runtime: "python" has no version; write for example nodejs24 or python3.13'],
    ['v: 1\nsrc: a/../../b', '2:1 src: "a/../../b" has ".." in it; a micro cannot leave its folder'],
    ['v: 1\nentry: app.main:app', /^2:1 entry: "app.main:app" is no file; name the file alone, such as "app.main.py"/],
    ['v: 1\nentry: src/app.ts', '2:1 entry: "src/app.ts" must be a .js, .mjs, .cjs or .py file'],
    ['v: 1\nentry: src/', '2:1 entry: "src/" is a folder; name the file that holds the app'],
    ['v: 1\nentry: a.py\nrun: b', /^3:1 "run" and "entry" exclude one another/],
    ['v: 1\nbuild: [a, b]', '2:1 build: must be one text, not a list; join commands with "&&"'],
    ['v: 1\nrun: "a\\0"', '2:1 run: holds a NUL character'],
    ['v: 1\nrun: "\\ud800"', /^2:1 run: holds half of a surrogate pair/],
    ['v: 1\nbranch: refs/heads/main', '2:1 branch: "refs/heads/main" needs no refs/heads/; write "main"'],
    ['v: 1\nmicros: { api: { src: api } }', /^2:1 micros: must be a list, not a group of keys/],
    ['v: 1\nmicros:\n  - api', '3:5 a micro must be keys with values, not text'],
  ])('is said in words: %j', (text, words) => {
    const said = faults(text)
    expect(said).toHaveLength(1)
    expect(said[0]).toEqual(typeof words === 'string' ? words : expect.stringMatching(words))
  })

  it.each([
    ['{"v": 1,}', '1:9 not valid JSON: remove the comma before "}"'],
    ['{\n  "v": 1, // one\n}', '2:11 not valid JSON: comments are not allowed in JSON; micro.yml may have them'],
    ['{"v": 1', '1:8 not valid JSON: it ends too early; a bracket or a quote is not closed'],
    ['{"v": 1 "name": "x"}', '1:9 not valid JSON: a comma or a colon is missing before this text'],
    ['{"v": 1,\n "name": "x}', /^2:10 not valid JSON: this text has no closing quote/],
    ['{"v": 1} {}', '1:10 not valid JSON: this character is not expected here'],
    ['{"v": 01}', '1:7 not valid JSON: keys and text need double quotes'],
    ["{'v': 1}", '1:2 not valid JSON: use double quotes'],
    ['v: 1', '1:1 not valid JSON: keys and text need double quotes'],
    ['{"v": 1, "v": 1}', '1:10 the key "v" stands twice; line 1 has it already'],
    ['{"v": 1, "__proto__": {"name": "x"}}', /^1:10 unknown key "__proto__"/],
  ])('is said in words of JSON: %j', (text, words) => {
    const said = faults(text, { file: 'micro.json' })
    expect(said).toHaveLength(1)
    expect(said[0]).toEqual(typeof words === 'string' ? words : expect.stringMatching(words))
  })

  it('is said all at once, in the order of the file', () => {
    expect(faults('nmae: x\nv: 3\nlimits:\n  tmp: 9GB\nsrc: /').map((text) => text.split(' ')[0])).toEqual([
      '1:1',
      '2:1',
      '4:3',
      '5:1',
    ])
  })

  it('is told in few words', () => {
    for (const text of bad) {
      const result = parseConfig(text, context)
      if (result.ok) throw new Error(text)
      for (const error of result.errors)
        expect(describeErrors([error], 400).length, error.message).toBeLessThanOrEqual(200)
    }
  })
})
