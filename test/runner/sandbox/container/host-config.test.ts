import { describe, expect, test } from 'vitest'
import { appMounts } from '../../../../runner/sandbox/container/app-mounts.ts'
import { sandboxContainer } from '../../../../runner/sandbox/container/host-config.ts'
import { sandboxPaths } from '../../../../runner/sandbox/paths.ts'
import { defaultLimits } from '../../../../contract/limits.ts'

const given = {
  spec: {
    image: 'micropush/nodejs24:1',
    limits: defaultLimits,
    mounts: appMounts({
      language: 'node',
      appDir: '/data/artifacts/app/abc',
      dependenciesDir: '/data/artifacts/dependencies/def',
    }),
  },
  host: { swappiness: true, resolvConf: '/data/network/resolv.conf', cpus: 0.5 },
  labels: { instance: 'main', sandboxId: '0123456789', deploymentId: 'd1', uid: 200_123, isolation: 'runc' as const },
  paths: sandboxPaths('/data', '0123456789'),
  network: 'micropush-main-sandbox',
}

describe('what Docker is told about a sandbox', () => {
  const container = sandboxContainer(given)
  const config = container.HostConfig ?? {}

  test('gives it nothing of the host’s but five folders, of which the sandbox may write to two', () => {
    const mounts = config.Mounts ?? []
    expect(mounts.map(({ Source, Target, ReadOnly }) => [Source, Target, ReadOnly])).toEqual([
      ['/data/artifacts/app/abc', '/app', true],
      ['/data/artifacts/dependencies/def', '/app/node_modules', true],
      ['/data/sandboxes/0123456789/tmp', '/tmp', false],
      ['/data/sandboxes/0123456789/box', '/run/micropush', false],
      ['/data/network/resolv.conf', '/etc/resolv.conf', true],
    ])
    expect(mounts.every(({ BindOptions }) => BindOptions?.Propagation === 'rprivate')).toBe(true)
    expect(config.Binds).toBeUndefined()
    expect(config.PublishAllPorts).toBe(false)
    expect(config.PortBindings).toBeUndefined()
  })

  test('puts Python dependencies beside the app', () => {
    const mounts = appMounts({ language: 'python', appDir: '/a', dependenciesDir: '/b', cacheDir: '/c' })
    expect(mounts.map(({ target }) => target)).toEqual(['/app', '/dependencies', '/var/cache/micropush'])
  })

  test('mounts no dependencies where there are none', () => {
    expect(appMounts({ language: 'node', appDir: '/a' })).toEqual([{ source: '/a', target: '/app' }])
  })

  test('mounts nothing of an app into one that waits for its app', () => {
    const waiting = sandboxContainer({ ...given, spec: { ...given.spec, mounts: [] } })
    expect(waiting.HostConfig?.Mounts?.map(({ Target }) => Target)).toEqual([
      '/tmp',
      '/run/micropush',
      '/etc/resolv.conf',
    ])
  })

  test('takes the limits of the micro, with no swap and the same number of processes counted both ways', () => {
    expect(config).toMatchObject({
      Memory: defaultLimits.memoryBytes,
      MemorySwap: defaultLimits.memoryBytes,
      MemorySwappiness: 0,
      NanoCpus: 500_000_000,
      PidsLimit: 1024,
    })
    expect(config.Ulimits).toContainEqual({ Name: 'nproc', Soft: 1088, Hard: 1088 })
  })

  test('leaves gVisor’s own kernel room beside the app’s processes', () => {
    const gvisor = sandboxContainer({ ...given, labels: { ...given.labels, isolation: 'gvisor' } }).HostConfig
    expect(gvisor).toMatchObject({ Runtime: 'runsc', PidsLimit: 4352 })
    expect(gvisor?.Ulimits).toContainEqual({ Name: 'nproc', Soft: 1024, Hard: 1024 })
  })

  test('says nothing of swappiness where cgroups know none', () => {
    const host = { ...given.host, swappiness: false }
    expect(sandboxContainer({ ...given, host }).HostConfig).not.toHaveProperty('MemorySwappiness')
  })

  test('carries no environment and no secret', () => {
    expect(container.Env).toEqual([])
  })

  test('can be found again by its labels', () => {
    expect(container.Labels).toEqual({
      'micropush.instance': 'main',
      'micropush.kind': 'sandbox',
      'micropush.deployment': 'd1',
      'micropush.sandbox': '0123456789',
      'micropush.uid': '200123',
      'micropush.isolation': 'runc',
    })
  })
})
