import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { redisArguments } from '../cli/start/redis-arguments.ts'

const root = join(import.meta.dirname, '..')
const text = await readFile(join(root, 'docker-compose.yml'), 'utf8')

interface Service {
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly env_file?: string
  readonly volumes: readonly string[]
  readonly [key: string]: unknown
}

const { services } = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, Service>> }
const service = (name: string): Service => {
  const found = services[name]
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
  return found
}
const others = (...names: string[]) => Object.entries(services).filter(([name]) => !names.includes(name))

describe('the compose file', () => {
  test('gives the App’s key and secret to the bot alone', () => {
    expect(service('bot').env_file).toBe('.env')
    for (const [name, { env_file, environment, ...rest }] of others('bot')) {
      expect(env_file, name).toBeUndefined()
      expect(JSON.stringify([environment, rest]), name).not.toMatch(/APP_ID|PRIVATE_KEY|WEBHOOK_SECRET|\.env/)
    }
  })

  test('gives Docker, devices and mounts to the runner alone, and takes every right from the rest', () => {
    for (const [name, other] of others('runner')) {
      expect(other, name).toMatchObject({
        cap_drop: ['ALL'],
        read_only: true,
        security_opt: ['no-new-privileges:true'],
      })
      expect(JSON.stringify(other), name).not.toMatch(/docker\.sock|\/dev|rshared|privileged"/)
    }
    for (const [name, { cap_add, user }] of others('runner', 'prepare')) {
      expect(cap_add, name).toBeUndefined()
      expect(user, name).toMatch(/^6400[123]:6400[12]$/)
    }
  })

  test('runs Redis as `npm start` does, but with a socket for the bot’s group', () => {
    const data = '${MICROPUSH_DATA:-/var/lib/micropush}'
    const ours = redisArguments({ socket: `${data}/run/redis.sock`, dir: '/data' }).join(' ')
    const expected = ours.replace('--unixsocketperm 600', '--unixsocketperm 660').replace(/ --daemonize .*/, '')
    expect(service('redis').command.join(' ')).toBe(`redis-server ${expected}`)
    expect(expected).toMatch(/--appendonly yes .*--maxmemory-policy noeviction$/)
  })

  test('keeps no part’s log without bound', () => {
    for (const [name, { logging }] of Object.entries(services))
      expect(logging, name).toMatchObject({ options: { 'max-size': '10m', 'max-file': '3' } })
  })

  test('names the users that `prepare` makes the folders for', async () => {
    if (process.getuid?.() !== 0) throw new Error('This test needs root: it gives folders to other users.')
    const dataDir = await mkdtemp(join(tmpdir(), 'mp-'))
    try {
      const env = { ...process.env, MICROPUSH_DATA: dataDir }
      // Twice: what is there already is put right.
      for (let times = 0; times < 2; times++)
        await promisify(execFile)(process.execPath, [join(root, 'cli/main.ts'), 'prepare'], { env })
      const [bot, botGroup] = String(service('bot')['user']).split(':').map(Number)
      const [redis, redisGroup] = String(service('redis')['user']).split(':').map(Number)
      expect(await facts(join(dataDir, 'redis'))).toMatchObject({ uid: redis, mode: 0o700 })
      // Both make sockets in it, each the bot's group can use.
      expect(await facts(join(dataDir, 'run'))).toEqual({ uid: 0, gid: botGroup, mode: 0o3771 })
      expect([bot, redisGroup]).toEqual([botGroup, botGroup])
      expect(await facts(join(dataDir, 'sandboxes'))).toEqual({ uid: 0, gid: 0, mode: 0o711 })
      expect(await facts(dataDir)).toEqual({ uid: 0, gid: 0, mode: 0o711 })
    } finally {
      await rm(dataDir, { recursive: true })
    }
  })
})

async function facts(path: string): Promise<{ uid: number; gid: number; mode: number }> {
  const { uid, gid, mode } = await stat(path)
  return { uid, gid, mode: mode & 0o7777 }
}
