import { describe, expect, it } from 'vitest'
import { parseLegacy } from '../../../../contract/config/legacy/parse-legacy.ts'
import { defaultPreviews } from '../../../../contract/config/previews.ts'
import { defaultLimits } from '../../../../contract/limits.ts'

function read(text: string | Buffer) {
  const detaJson = Buffer.from(text)
  return parseLegacy({ detaJson }, { owner: 'ada', repository: 'My_Bot' })
}

function micro(text: string | Buffer) {
  return read(text).micros[0]
}

describe('a deta.json', () => {
  it('gives the micro its name, runtime and variables', () => {
    const text = JSON.stringify({
      name: 'hello',
      description: 'Says hello',
      runtime: 'nodejs14.x',
      env: [{ key: 'GREETING', value: 'hi', description: 'What it says', required: true }],
    })
    expect(read(text)).toEqual({
      micros: [
        {
          name: 'hello',
          src: '.',
          runtime: 'nodejs14.x',
          env: { GREETING: 'hi' },
          secrets: [],
          limits: defaultLimits,
          legacy: 'deta',
        },
      ],
      warnings: [],
      previews: defaultPreviews,
      complete: true,
    })
  })

  it.each(['', '{}', '{"name":""}', '{"name":null}', '{"cron":"","env":[]}'])(
    'that says nothing, as %s, leaves the repository its name',
    (text) => {
      expect(read(text)).toMatchObject({ micros: [{ name: 'my-bot' }], warnings: [], complete: true })
    },
  )

  it.each([
    ['a comma at the end', '{"name":"x","runtime":"python3.9",}'],
    ['a comma at the end of a list', '{"name":"x","env":[{"key":"A","value":"1",},],"runtime":"python3.9"}'],
    ['comments', '{ // it\'s mine\n"name":"x", /* and\n yours */ "runtime":"python3.9"}'],
    ['tabs', '{\n\t"name":\t"x",\n\t"runtime":\t"python3.9"\n}'],
    ['single quotes', "{'name':'x','runtime':'python3.9'}"],
    ['keys without quotes', '{name: "x", runtime: "python3.9"}'],
    ['a missing comma', '{"name":"x"\n"runtime":"python3.9"}'],
    ['spaces in its values', '{"name":" x ","runtime":"python3.9 "}'],
    ['a byte order mark', '\uFEFF{"name":"x","runtime":"python3.9"}'],
    ['Windows line ends', '{"name":"x",\r\n"runtime":"python3.9"}\r\n'],
    ['an address in a value', '{"name":"x","description":"see http://x.example//y","runtime":"python3.9"}'],
  ])('is understood with %s', (_, text) => {
    expect(read(text)).toMatchObject({ micros: [{ name: 'x', runtime: 'python3.9' }], warnings: [], complete: true })
  })

  it('is understood in UTF-16, with and without a byte order mark', () => {
    for (const mark of ['\uFEFF', '']) {
      const little = Buffer.from(`${mark}{"name":"x"}`, 'utf16le')
      expect(micro(little)?.name).toBe('x')
      expect(micro(Buffer.from(little).swap16())?.name).toBe('x')
    }
  })

  it('gives a name that no address can have another form, and says which', () => {
    const { micros, warnings } = read('{\n"name": "Hello World!"\n}')
    expect(micros[0]?.name).toBe('hello-world')
    expect(warnings).toEqual(['deta.json line 2: name: "Hello World!" is called "hello-world" here'])
    expect(read('{"name":"你好"}')).toMatchObject({ micros: [{ name: 'my-bot' }], warnings: [expect.any(String)] })
  })

  it.each(["micro's runtime", 'python3.', 'python', '{}', 'latest'])(
    'warns of the runtime "%s" and leaves it out',
    (runtime) => {
      const { micros, warnings } = read(JSON.stringify({ runtime }))
      expect(micros[0]).not.toHaveProperty('runtime')
      expect(warnings).toEqual([`deta.json line 1: runtime: "${runtime}" is none; the files of the micro decide`])
    },
  )

  it('names the command that sets a variable which has to have a value and has none', () => {
    const text = '{"env":[\n{"key":"TOKEN","required":true},\n{"key":"NICE","value":"","required":false}]}'
    expect(read(text).warnings).toEqual([
      'deta.json line 2: env: "TOKEN" has no value; the operator sets it with: micropush secrets set ada/My_Bot TOKEN',
    ])
  })

  it('says nothing of a variable that need not have a value, and takes a default for one', () => {
    const text = '{"env":[{"key":"A","required":false},{"key":"B","required":true,"default":"b"},{"key":"C"}]}'
    const { micros, warnings } = read(text)
    expect(micros[0]?.env).toEqual({ B: 'b' })
    expect(warnings).toEqual([expect.stringContaining('"C" has no value')])
  })

  it('takes numbers and booleans of variables as they are written', () => {
    expect(micro('{"env":[{"key":"A","value":1.50},{"key":"B","value":true}]}')?.env).toEqual({ A: '1.50', B: 'true' })
  })

  it('leaves out variables that micropush sets or no environment can have, each with a warning', () => {
    const { micros, warnings } = read(
      '{"env":[{"key":"PORT","value":"1"},{"key":"a b","value":"1"},{"value":"1"},7,{"key":"OK","value":"1"}]}',
    )
    expect(micros[0]?.env).toEqual({ OK: '1' })
    expect(warnings).toHaveLength(4)
  })

  it('says that its schedule is not run', () => {
    expect(read('{"cron":"0/5 * * * ? *"}').warnings).toEqual([
      'deta.json line 1: cron: this micropush does not run schedules yet; nothing calls the micro by itself',
    ])
  })

  it('warns of wrong types and unknown keys, and reads on', () => {
    const { micros, warnings } = read('{"name":["x"],"runtime":{"a":1},"cron":7,"env":{"A":"1"},"logo":"x.png"}')
    expect(micros).toMatchObject([{ name: 'my-bot', env: {} }])
    expect(warnings.join('\n')).toMatch(/logo[^]*name: a list[^]*|name: a list[^]*logo/)
    expect(warnings).toHaveLength(5)
  })

  it.each([
    ['no JSON at all', 'hello', false],
    ['a list of something', '[{"name":"x"}]', false],
    ['larger than 64 KB', `{"name":"${'x'.repeat(70_000)}"}`, false],
    ['keys that Deta never had', '{"id":1,"data":[1,2]}', true],
  ])('that is %s is not Deta’s, and makes no micro', (...[, text, complete]) => {
    expect(read(text)).toMatchObject({ micros: [], complete })
  })

  it('is worth what can be read of it up to its fault', () => {
    const result = read('{"name":"x","runtime":"python3.9","env":[{"key":"A')
    expect(result).toMatchObject({ micros: [{ name: 'x', runtime: 'python3.9' }], complete: false })
    expect(result.warnings.join()).toMatch(/^deta\.json line 1: not valid JSON/)
  })

  it('has at most what the operator granted', () => {
    const granted = { ...defaultLimits, memoryBytes: 1 }
    const { micros } = parseLegacy({ detaJson: Buffer.from('{}') }, { owner: 'ada', repository: 'x', granted })
    expect(micros[0]?.limits.memoryBytes).toBe(1)
  })
})

it('a .detaignore alone makes a micro of the files that are there', () => {
  expect(parseLegacy({ detaignore: true }, { owner: 'ada', repository: 'My_Bot' })).toEqual({
    micros: [{ name: 'my-bot', src: '.', env: {}, secrets: [], limits: defaultLimits, legacy: 'deta' }],
    warnings: [],
    previews: defaultPreviews,
    complete: true,
  })
})

it('a .detaignore makes one beside a deta.json that is not Deta’s, too', () => {
  const files = { detaignore: true, detaJson: 'too-large' } as const
  expect(parseLegacy(files, { owner: 'ada', repository: 'x' })).toMatchObject({
    micros: [{ name: 'x' }],
    complete: false,
  })
})
