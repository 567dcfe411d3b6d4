import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../../../../contract/limits.ts'
import { claimOf } from '../../../../runner/sandbox/cells/claim-of.ts'
import { runtimeEnvironment } from '../../../../runtimes/launch.ts'

const node = {
  launch: { kind: 'loader', language: 'node', entry: 'index.js' },
  language: 'node',
  env: {},
  limits: defaultLimits,
} as const
const python = {
  ...node,
  launch: { ...node.launch, language: 'python', entry: 'main.py' },
  language: 'python',
} as const

describe('a sandbox that waits', () => {
  test('gives its loaded runtime to an app whose variables are its own business', () => {
    const env = {
      API_KEY: 'x',
      HOME: '/tmp/me',
      PATH: '/app/bin',
      NODE_ENV: 'test',
      NODE_PATH: '/app',
      PYTHONPATH: 'lib',
    }
    expect(claimOf({ ...node, env })).toBe('adopt')
    expect(claimOf({ ...python, env: { ...env, NODE_OPTIONS: 'nothing to Python' } })).toBe('adopt')
  })

  test.each([
    'TZ',
    'LANG',
    'LC_TIME',
    'LD_PRELOAD',
    'GLIBC_TUNABLES',
    'MALLOC_ARENA_MAX',
    'OPENSSL_CONF',
    'SSL_CERT_FILE',
  ])('gives a process of its own to an app that sets %s', (name) => {
    expect(claimOf({ ...node, env: { [name]: 'x' } })).toBe('start')
    expect(claimOf({ ...python, env: { [name]: 'x' } })).toBe('start')
  })

  test('gives a process of its own to an app that sets what its runtime reads at its start', () => {
    for (const name of ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_DEBUG', 'UV_THREADPOOL_SIZE'])
      expect(claimOf({ ...node, env: { [name]: '8' } }), name).toBe('start')
    for (const name of ['PYTHONHASHSEED', 'PYTHONUTF8', '_PYTHON_HOST_PLATFORM'])
      expect(claimOf({ ...python, env: { [name]: '1' } }), name).toBe('start')
  })

  test('needs none where the value is what it has anyway', () => {
    expect(claimOf({ ...node, env: runtimeEnvironment('node') })).toBe('adopt')
    expect(claimOf({ ...python, env: { TZ: 'UTC', LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1' } })).toBe('adopt')
  })

  test('runs a command in the place of its runtime', () => {
    expect(claimOf({ ...node, launch: { kind: 'command', language: 'node', command: 'node server.js' } })).toBe('start')
  })

  test('gives a process of its own to an app with another limit of memory', () => {
    expect(claimOf({ ...node, limits: { ...defaultLimits, memoryBytes: 2 ** 30 } })).toBe('start')
  })

  test.each([{ tmpBytes: 1 }, { processes: 100 }] as const)(
    'is of no use to a micro whose limits it cannot take: %o',
    (limits) => {
      expect(claimOf({ ...node, limits: { ...defaultLimits, ...limits } })).toBeUndefined()
    },
  )
})
