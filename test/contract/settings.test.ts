import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { MicropushError } from '../../contract/errors.ts'
import { parseSettings } from '../../contract/settings.ts'

it('nothing has to be set', () => {
  expect(parseSettings({})).toMatchObject({
    dataDir: '/var/lib/micropush',
    domain: 'localhost:8080',
    scheme: 'http',
    forgePort: 4000,
    botPort: 4001,
    botHost: '127.0.0.1',
    botUrl: 'http://127.0.0.1:4001',
    gatewayPort: 8080,
    redis: '/var/lib/micropush/run/redis.sock',
    redisPrefix: 'micropush',
    sandbox: 'auto',
    parallelBuilds: undefined,
    buildsPerOwner: undefined,
    installMs: 300_000,
    buildMs: 300_000,
    idleMs: 3000,
    longestIdleMs: 3_600_000,
    answerMs: 600_000,
    evictMs: 1_800_000,
    memoryReserveBytes: undefined,
    scaleMax: 4,
    scaleDownMs: 30_000,
    cells: 2,
    cellsMemoryBytes: undefined,
    gateways: availableParallelism(),
    metricsPort: 4002,
    metricsToken: undefined,
    githubUrl: 'https://api.github.com',
    dockerSocket: '/var/run/docker.sock',
  })
})

it('an empty variable counts as none', () => {
  expect(parseSettings({ MICROPUSH_BOT_PORT: '', MICROPUSH_DATA: '' })).toEqual(parseSettings({}))
})

it('what follows from another setting does', () => {
  const settings = parseSettings({
    MICROPUSH_DATA: '/data',
    MICROPUSH_GATEWAY_PORT: '9000',
    MICROPUSH_BOT_PORT: '9001',
  })
  expect(settings).toMatchObject({
    domain: 'localhost:9000',
    botUrl: 'http://127.0.0.1:9001',
    redis: '/data/run/redis.sock',
    sockets: { bot: '/data/run/bot.sock', runner: '/data/run/runner.sock', gateway: '/data/run/gateway.sock' },
  })
})

it('a micro may ask for the usual idle time, however long the operator made it', () => {
  expect(parseSettings({ MICROPUSH_IDLE_SECONDS: '7200' }).longestIdleMs).toBe(7_200_000)
})

it('addresses come as they are used', () => {
  const settings = parseSettings({
    MICROPUSH_GITHUB_URL: 'https://ghe.example/api/v3//',
    DOCKER_HOST: 'unix:///run/docker.sock',
    MICROPUSH_REDIS: 'redis://redis:6379',
  })
  expect(settings).toMatchObject({
    githubUrl: 'https://ghe.example/api/v3',
    dockerSocket: '/run/docker.sock',
    redis: 'redis://redis:6379',
  })
})

it.each([
  ['MICROPUSH_DATA', './data'],
  ['MICROPUSH_BOT_PORT', '65536'],
  ['MICROPUSH_METRICS_TOKEN', 'guess-me'],
  ['MICROPUSH_BOT_PORT', 'http'],
  ['MICROPUSH_DOMAIN', 'Example.org'],
  ['MICROPUSH_DOMAIN', 'http://example.org'],
  ['MICROPUSH_SCHEME', 'ftp'],
  ['MICROPUSH_SANDBOX', 'docker'],
  ['MICROPUSH_BUILDS', '0'],
  ['MICROPUSH_BUILDS_PER_OWNER', '0'],
  ['MICROPUSH_REDIS_PREFIX', 'a:b'],
  ['MICROPUSH_GITHUB_URL', 'github.com'],
  ['DOCKER_HOST', 'tcp://127.0.0.1:2375'],
  ['MICROPUSH_INSTALL_SECONDS', '0'],
  ['MICROPUSH_BUILD_SECONDS', '86401'],
  ['MICROPUSH_IDLE_SECONDS', '0'],
  ['MICROPUSH_LONGEST_IDLE_SECONDS', '0'],
  ['MICROPUSH_MEMORY_RESERVE', 'much'],
  ['MICROPUSH_SCALE_MAX', '0'],
  ['MICROPUSH_SCALE_MAX', '65'],
  ['MICROPUSH_SCALE_DOWN_SECONDS', '0'],
  ['MICROPUSH_CELLS', '-1'],
  ['MICROPUSH_CELLS_MEMORY', 'much'],
  ['MICROPUSH_GATEWAYS', '0'],
  ['MICROPUSH_METRICS_PORT', '70000'],
  // More than a timer can hold runs out at once instead of late.
  ['MICROPUSH_EVICT_SECONDS', '3000000'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => parseSettings({ [name]: value })).toThrow(MicropushError)
  expect(() => parseSettings({ [name]: value })).toThrow(name)
})

it('all that is wrong is named at once', () => {
  expect(() => parseSettings({ MICROPUSH_BOT_PORT: 'x', MICROPUSH_SCHEME: 'y' })).toThrow(
    /MICROPUSH_BOT_PORT[^]*MICROPUSH_SCHEME|MICROPUSH_SCHEME[^]*MICROPUSH_BOT_PORT/,
  )
})
