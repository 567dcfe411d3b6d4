import { describe, expect, it } from 'vitest'
import { parseLegacy } from '../../../../contract/config/legacy/parse-legacy.ts'
import { defaultLimits } from '../../../../contract/limits.ts'

function read(text: string) {
  return parseLegacy({ spacefile: Buffer.from(text) }, { owner: 'ada', repository: 'Shop' })
}

/** A Spacefile with one public micro of these lines. */
function one(...lines: string[]): string {
  return `v: 0\nmicros:\n  - name: it\n    public: true\n    ${lines.join('\n    ')}\n`
}

describe('a Spacefile', () => {
  it('gives each micro what it says', () => {
    const text = `# Spacefile Docs: https://example.com
v: 0
icon: ./icon.png
app_name: "Shop"
micros:
  - name: front
    src: ./frontend/
    engine: svelte
    primary: true
    public: true
    dev: npm run dev
  - name: back
    src: backend
    engine: python3.9
    public: true
    path: api
    commands:
      - pip install -r requirements.txt
      - python build.py
    include:
      - main.py
    run: gunicorn main:app
    presets:
      env:
        - name: MESSAGE
          description: What it says
          default: "hello"
`
    const limits = defaultLimits
    const result = read(text)
    expect(result.micros).toEqual([
      {
        name: 'shop',
        src: 'frontend',
        runtime: 'nodejs16',
        build: 'npm run build',
        serve: { folders: ['dist', 'build', 'public'], singlePage: true },
        env: {},
        secrets: [],
        limits,
        legacy: 'space',
      },
      {
        name: 'shop-back',
        src: 'backend',
        runtime: 'python3.9',
        build: 'python build.py',
        run: 'gunicorn main:app',
        env: { MESSAGE: 'hello' },
        secrets: [],
        limits,
        legacy: 'space',
      },
    ])
    expect(result.warnings).toEqual([
      'Spacefile line 16: path: "shop-back" has an address of its own, and is not at "/api" of the primary micro',
    ])
    expect(result.complete).toBe(true)
  })

  it('gives the first micro the repository’s name when none is marked as primary', () => {
    const names = read('v: 0\nmicros:\n  - name: a\n  - name: b\n  - name: b\n  - src: x\n').micros.map(
      ({ name }) => name,
    )
    expect(names).toEqual(['shop', 'shop-b', 'shop-b-2', 'shop-micro'])
  })

  it.each([
    ['static', { runtime: 'nodejs24', serve: { folders: ['.'], singlePage: false } }],
    ['react', { runtime: 'nodejs16', build: 'npm run build', serve: { singlePage: true } }],
    ['next', { runtime: 'nodejs16', build: 'npm run build', run: 'next start -p $PORT' }],
    ['nuxt', { build: 'npm run build', run: 'node .output/server/index.mjs' }],
    ['svelte-kit', { build: 'npm run build', run: 'node build' }],
    ['python3.8', { runtime: 'python3.8' }],
    ['nodejs16', { runtime: 'nodejs16' }],
    ['custom', {}],
  ])('knows the engine %s', (engine, expected) => {
    const { micros, warnings } = read(one(`engine: ${engine}`))
    expect(micros[0]).toMatchObject(expected)
    expect(warnings).toEqual([])
  })

  it('takes its own commands, folder and start before what the engine does by itself', () => {
    const { micros } = read(one('engine: static', 'serve: /out/', 'commands:', '  - npm ci', '  - make', '  - cp a b'))
    expect(micros[0]).toMatchObject({ runtime: 'nodejs16', build: 'make\ncp a b', serve: { folders: ['out'] } })
    expect(read(one('engine: vue', 'run: node own.js')).micros[0]).not.toHaveProperty('serve')
  })

  it.each([
    ['uvicorn main:app', 'uvicorn main:app --port $PORT'],
    ['python -m uvicorn main:app --host 0.0.0.0', 'python -m uvicorn main:app --host 0.0.0.0 --port $PORT'],
    ['uvicorn main:app --port $PORT', 'uvicorn main:app --port $PORT'],
    ['uvicorn main:app --host 0.0.0.0 --port 8080', 'uvicorn main:app --host 0.0.0.0 --port $PORT'],
    ['gunicorn main:app', 'gunicorn main:app'],
    ['node index.js', 'node index.js'],
  ])('tells %s the port as Space did', (run, expected) => {
    expect(read(one('engine: custom', `run: ${run}`)).micros[0]?.run).toBe(expected)
  })

  it.each([
    'npm install',
    'npm ci --omit=dev',
    'yarn',
    'pnpm i',
    'pip install -r requirements.txt',
    'python3 -m pip install -r ./requirements.txt',
  ])('runs no second installation: %s', (command) => {
    expect(read(one('engine: nodejs16', 'commands:', `  - ${command}`)).micros[0]).not.toHaveProperty('build')
  })

  it('warns that nobody has to log in here, unless everybody was let in there', () => {
    const warnings = (extra: string) => read(`v: 0\nmicros:\n  - name: it\n    engine: custom\n${extra}`).warnings
    expect(warnings('').join()).toContain('Space asked for a login before this micro')
    expect(warnings('    public_routes: ["/a"]\n').join()).toContain('Space asked for a login')
    expect(warnings('    public: true\n')).toEqual([])
    expect(warnings('    public_routes: ["/*"]\n')).toEqual([])
  })

  it('says which parts have no effect here: schedules, keys, keys of the file that nobody knows', () => {
    const text = one(
      'engine: custom',
      'actions: [{ id: x, trigger: schedule }]',
      'presets: { api_keys: true }',
      'runs: x',
    )
    const said = read(text).warnings.join('\n')
    expect(said).toMatch(/unknown key "runs"/)
    expect(said).toMatch(/actions: this micropush does not run schedules yet/)
    expect(said).toMatch(/api_keys: there are no keys here/)
  })

  it.each(['../x', 'C:/x', 'a/../../b'])('ignores the folder %s that leaves the repository, with a warning', (src) => {
    const { micros, warnings } = read(one('engine: custom', `src: ${src}`))
    expect(micros[0]?.src).toBe('.')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^Spacefile line 6: src: /)
  })

  it.each([
    ['./api/', 'api'],
    ['.\\api\\v1', 'api/v1'],
    ['/', '.'],
    ['""', '.'],
  ])('reads the folder %s as %s', (src, expected) => {
    expect(read(one('engine: custom', `src: ${src}`)).micros[0]?.src).toBe(expected)
  })

  it('has at most as many micros as micro.yml may have', () => {
    const { micros, warnings } = read(`v: 0\nmicros:\n${'  - { name: a, public: true, engine: custom }\n'.repeat(30)}`)
    expect(micros).toHaveLength(20)
    expect(new Set(micros.map(({ name }) => name)).size).toBe(20)
    expect(warnings[0]).toMatch(/30 are listed/)
  })

  it('goes before a deta.json, and says so', () => {
    const files = { spacefile: Buffer.from(one('engine: custom')), detaJson: Buffer.from('{"name":"other"}') }
    const result = parseLegacy(files, { owner: 'ada', repository: 'Shop' })
    expect(result.micros.map(({ name }) => name)).toEqual(['shop'])
    expect(result.warnings).toEqual(['Spacefile line 1: the deta.json beside it is not read'])
  })

  it('names the micro in the command that sets a secret when there are several', () => {
    const env = 'presets: { env: [{ name: TOKEN, required: true }] }'
    const text = `v: 0\nmicros:\n  - { name: a, public: true, engine: custom }\n  - { name: b, public: true, engine: custom, ${env} }\n`
    expect(read(text).warnings.join()).toContain('micropush secrets set ada/Shop/shop-b TOKEN')
  })

  it.each(['', '# nothing\n', 'v: 0\n', 'v: 0\nmicros: x\n', 'micros:\n'])(
    'without a micro, as %j, leaves one of the files that are there',
    (text) => {
      expect(read(text)).toMatchObject({ micros: [{ name: 'shop', src: '.', legacy: 'space' }], complete: true })
    },
  )

  it.each(['hello', 'sdk: docker\napp_port: 7860\n', '- a\n'])('of another tool, as %j, makes no micro', (text) => {
    expect(read(text).micros).toEqual([])
  })

  it('of another tool leaves a deta.json its say', () => {
    const files = { spacefile: Buffer.from('sdk: docker\n'), detaJson: Buffer.from('{"name":"it"}') }
    expect(parseLegacy(files, { owner: 'ada', repository: 'Shop' }).micros).toMatchObject([
      { name: 'it', legacy: 'deta' },
    ])
  })

  it('with a fault in its syntax is worth what can be read of it, and is not complete', () => {
    const result = read('v: 0\nmicros:\n  - name: a\n    engine: python3.9\n    run: "x\n')
    expect(result).toMatchObject({ micros: [{ name: 'shop', runtime: 'python3.9' }], complete: false })
    expect(result.warnings.join()).toMatch(/Spacefile line \d+: not valid YAML/)
  })
})
