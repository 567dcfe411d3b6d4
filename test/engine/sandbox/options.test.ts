import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, isolationsHere, openStage, probe, runInside, type Stage } from './stage.ts'
import type { Sandbox } from '../../../runner/sandbox/sandbox.ts'

const SECRET = 'only-the-app-may-know-this'

describe.each(await isolationsHere())('a sandbox under %s', (isolation) => {
  let stage: Stage
  let sandbox: Sandbox

  beforeAll(async () => {
    stage = await openStage(isolation)
    sandbox = await stage.start({ ...probe, env: { SECRET } })
  })
  afterAll(() => stage.close())

  const inside = (code: string) => runInside(sandbox, code)
  const status = async (pid: string) => {
    const { value } = await inside(`return require('fs').readFileSync('/proc/${pid}/status', 'utf8')`)
    return Object.fromEntries(
      String(value)
        .split('\n')
        .map((line) => line.split(':\t').map((part) => part.trim())),
    ) as Record<string, string>
  }

  test('is told to Docker with every limit and without any secret', async () => {
    const container = await stage.docker.getContainer(sandbox.containerId).inspect()
    const { HostConfig, Config } = container
    expect(HostConfig).toMatchObject({
      Runtime: isolation === 'gvisor' ? 'runsc' : 'runc',
      CapDrop: ['ALL'],
      CapAdd: null,
      Privileged: false,
      ReadonlyRootfs: true,
      Memory: (isolation === 'gvisor' ? 532 : 512) * 1024 * 1024,
      MemorySwap: (isolation === 'gvisor' ? 532 : 512) * 1024 * 1024,
      NanoCpus: 1e9,
      PidsLimit: isolation === 'gvisor' ? 4352 : 1024,
      OomScoreAdj: 500,
      IpcMode: 'private',
      PidMode: '',
      UTSMode: '',
      UsernsMode: '',
      CgroupnsMode: 'private',
      RestartPolicy: { Name: 'no' },
      PortBindings: {},
      Devices: [],
      Binds: null,
    })
    expect(HostConfig.MaskedPaths).toContain('/proc/kcore')
    expect(HostConfig.ReadonlyPaths).toContain('/proc/sys')
    expect(HostConfig.LogConfig).toMatchObject({ Type: 'local', Config: { 'max-size': '1m', mode: 'blocking' } })
    expect(HostConfig.SecurityOpt).toContain('no-new-privileges:true')
    expect(Config.User).toMatch(/^2\d{5}:2\d{5}$/)
    expect(Config.Hostname).toBe('micro')
    expect(JSON.stringify(container)).not.toContain(SECRET)
    expect((await inside('return process.env.SECRET')).value).toBe(SECRET)
  })

  test('runs as a user of its own without any capability', async () => {
    const own = await status('self')
    expect(own['Uid']).toMatch(/^(2\d{5})\t\1\t\1\t\1$/)
    expect(own['Gid']).toMatch(/^(2\d{5})\t\1\t\1\t\1$/)
    expect(own['CapEff']).toBe('0000000000000000')
    expect(own['CapPrm']).toBe('0000000000000000')
    expect(own['CapBnd']).toBe('0000000000000000')
    // gVisor's kernel shows NoNewPrivs, and applies its own filter below the app instead of the profile.
    if (isolation === 'runc') expect(own).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' })
  })

  test.each(['/', '/app', '/app/node_modules', '/etc', '/usr/bin', '/opt/micropush', '/var/tmp'])(
    'cannot write to %s',
    async (folder) => {
      const { error } = await inside(`require('fs').writeFileSync('${folder}/x', 'x')`)
      expect(error).toMatch(/^(EROFS|EACCES|ENOENT)$/)
    },
  )

  test('can write to /tmp, and run what it wrote there', async () => {
    const { value } = await inside(`
      require('fs').writeFileSync('/tmp/hi', '#!/bin/sh\\necho hi', { mode: 0o755 })
      return require('child_process').execFileSync('/tmp/hi', { encoding: 'utf8' })`)
    expect(value).toBe('hi\n')
  })

  test('has no set-user-id program that could raise it', async () => {
    const { value } = await inside(`
      return require('child_process').execSync('find / -xdev -perm /6000 -type f 2>/dev/null || true', { encoding: 'utf8' })`)
    expect(value).toBe('')
  })

  test('does not see the control channel, nor what its first process has open', async () => {
    const { value } = await inside(`return require('fs').readdirSync('/run/micropush')`)
    expect(value).toEqual(['app.sock'])
    const fds = await inside(
      `return require('fs').readdirSync('/proc/1/fd').map((n) => require('fs').readlinkSync('/proc/1/fd/' + n))`,
    )
    expect(fds.error ?? 'nothing but the log').toMatch(/EACCES|EPERM|nothing/)
    expect(JSON.stringify(fds.value ?? [])).not.toContain('socket')
    const environment = await inside(`return require('fs').readFileSync('/proc/1/environ', 'utf8')`)
    expect(JSON.stringify(environment)).not.toContain(SECRET)
  })

  test('has the small /dev/shm, the limits and the name that it was given', async () => {
    const { value } = await inside(`
      const { execSync } = require('child_process')
      const sh = (command) => execSync(command, { encoding: 'utf8', shell: '/bin/sh' }).trim()
      return {
        host: require('os').hostname(),
        shm: sh("df -k /dev/shm | tail -n 1 | awk '{print $2}' || true"),
        files: sh('ulimit -n'), core: sh('ulimit -c'),
        resolv: require('fs').readFileSync('/etc/resolv.conf', 'utf8'),
      }`)
    expect(value).toMatchObject({ host: 'micro', files: '8192', core: '0' })
    expect((value as { resolv: string }).resolv).toBe(await readFile(stage.context.host.resolvConf, 'utf8'))
  })

  test('answers an app that brings a server of its own and one that is a command', async () => {
    const server = `require('http').createServer((q, r) => r.end('own ' + process.env.PORT)).listen(process.env.PORT)`
    const started = await stage.start({ files: { 'server.js': server }, command: 'node server.js' })
    expect(await ask(started)).toEqual({ status: 200, body: 'own 8000' })
  })
})
