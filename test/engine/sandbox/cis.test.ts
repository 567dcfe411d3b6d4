import type { ContainerInspectInfo } from 'dockerode'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectBuilder } from './live-builder.ts'
import { isolationsHere, openStage, probe, runInside, type Stage } from './stage.ts'
import type { Sandbox } from '../../../runner/sandbox/sandbox.ts'

/** Folders of the host that no container may see, by any mount at or above them. */
const sensitive = [
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/proc',
  '/root',
  '/run',
  '/sys',
  '/usr',
  '/var/run',
  '/var/lib/docker',
]

/**
 * CIS Docker Benchmark 1.6, section 5 (container runtime), by its numbers. Not here, because they are about what people do and not about a container:
 * 5.1 (Swarm is off; we never turn it on), 5.23 and 5.24 (`docker exec`, which we never use: `seccomp.test.ts` and this file are all that looks inside),
 * 5.25 (which cgroup: Docker's own, asserted below with 5.11), 5.28 (the newest image: ours are named by a hash of their content and asserted below).
 */
describe.each(await isolationsHere())('the CIS benchmark under %s, on', (isolation) => {
  let stage: Stage
  let sandbox: Sandbox
  let inspected: Readonly<Record<'sandbox' | 'builder', ContainerInspectInfo>>

  beforeAll(async () => {
    stage = await openStage(isolation)
    sandbox = await stage.start(probe)
    inspected = {
      sandbox: await stage.docker.getContainer(sandbox.containerId).inspect(),
      builder: await inspectBuilder(stage, isolation),
    }
  })
  afterAll(() => stage.close())

  describe.each(['sandbox', 'builder'] as const)('a live %s:', (kind) => {
    const container = () => inspected[kind]
    const hostConfig = () => container().HostConfig

    test('it runs while it is looked at', () => expect(container().State.Running).toBe(true))

    test('5.2 AppArmor is not turned off, and on where the host has it', async () => {
      expect(JSON.stringify(hostConfig().SecurityOpt)).not.toContain('apparmor')
      const { SecurityOptions } = (await stage.docker.info()) as { SecurityOptions: readonly string[] }
      const here = SecurityOptions.some((option) => option.includes('apparmor'))
      expect(container().AppArmorProfile).toBe(here ? 'docker-default' : '')
    })

    test('5.3 SELinux labels are not turned off', () => {
      expect(JSON.stringify(hostConfig().SecurityOpt)).not.toContain('label')
    })

    test('5.4 all capabilities are dropped and none is added', () => {
      expect(hostConfig().CapDrop).toEqual(['ALL'])
      expect(hostConfig().CapAdd).toBeNull()
    })

    test('5.5 it is not privileged', () => expect(hostConfig().Privileged).toBe(false))

    test('5.6 no system folder of the host is mounted, and only its own folders are writable', () => {
      const { Mounts } = container()
      expect(Mounts.length).toBeGreaterThan(2)
      for (const { Source } of Mounts) {
        const seen = sensitive.filter((folder) => folder === Source || folder.startsWith(`${Source}/`))
        expect({ Source, seen }).toEqual({ Source, seen: [] })
        // Of the machine's only what we made in our data folder, and what the operator trusts for registries.
        if (!Source.startsWith('/etc/')) expect(Source.startsWith(`${stage.dataDir}/`)).toBe(true)
      }
      for (const { Source, RW } of Mounts)
        if (Source.startsWith('/etc/')) expect({ Source, RW }).toEqual({ Source, RW: false })
      const writable = Mounts.filter(({ RW }) => RW).map(({ Destination }) => Destination)
      const own = kind === 'sandbox' ? ['/tmp', '/run/micropush'] : ['/app', '/dependencies', '/tmp']
      expect(writable.toSorted()).toEqual(own.toSorted())
    })

    test('5.8 no port of the host, privileged or not, leads to it', () => {
      expect(hostConfig().PortBindings ?? {}).toEqual({})
      expect(hostConfig().PublishAllPorts).toBe(false)
    })

    test('5.9 its image opens no port', () => {
      expect(container().Config.ExposedPorts ?? {}).toEqual({})
      expect(Object.values(container().NetworkSettings.Ports ?? {}).flat()).toEqual([])
    })

    test('5.10 it has a network of its own', () => {
      expect(hostConfig().NetworkMode).not.toMatch(/^(host|container:|default$)/)
    })

    test('5.11 its memory is limited, without swap, in the cgroup that Docker makes for it (5.25)', () => {
      // gVisor's kernel needs some for itself.
      expect(Math.floor((hostConfig().Memory ?? 0) / 1024 ** 2 / 64) * 64).toBe(kind === 'sandbox' ? 512 : 2048)
      expect(hostConfig().MemorySwap).toBe(hostConfig().Memory)
      expect(hostConfig().CgroupParent).toBe('')
      expect((hostConfig() as { CgroupnsMode?: string }).CgroupnsMode).toBe('private')
    })

    test('5.12 its share of the processor is limited', () => {
      expect(hostConfig().NanoCpus).toBeGreaterThan(0)
      expect(hostConfig().NanoCpus).toBeLessThanOrEqual(2e9)
      // When there is too little for all, visitors come before builds, and the platform (1024) before both.
      expect(hostConfig().CpuShares).toBe(kind === 'sandbox' ? 512 : 256)
    })

    test('5.13 its root file system is read-only', () => expect(hostConfig().ReadonlyRootfs).toBe(true))

    test('5.15 Docker does not start it again', () => {
      expect(hostConfig().RestartPolicy).toMatchObject({ Name: 'no' })
    })

    test('5.16 it has processes of its own', () => expect(hostConfig().PidMode).toBe(''))

    test('5.17 it has shared memory of its own', () => expect(hostConfig().IpcMode).toBe('private'))

    test('5.18 it has no device of the host', () => {
      expect(hostConfig().Devices ?? []).toEqual([])
      expect(hostConfig().DeviceCgroupRules ?? []).toEqual([])
      expect(hostConfig().DeviceRequests ?? []).toEqual([])
    })

    test('5.19 its ulimits are its own', () => {
      const names = (hostConfig().Ulimits ?? []).map(({ Name }) => Name)
      expect(names).toEqual(expect.arrayContaining(['nofile', 'nproc', 'core']))
    })

    test('5.20 no mount is shared back to the host', () => {
      for (const { Propagation } of container().Mounts) expect(['', 'rprivate', 'private']).toContain(Propagation)
    })

    test('5.21 it has a host name of its own', () => expect(hostConfig().UTSMode).toBe(''))

    test('5.22 a seccomp profile is on, which allows only what it lists', () => {
      const options: readonly string[] = hostConfig().SecurityOpt ?? []
      const profile = options.find((option) => option.startsWith('seccomp='))?.slice('seccomp='.length) ?? ''
      expect(JSON.parse(profile)).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO' })
    })

    test('5.26 it cannot gain rights', () => {
      expect(hostConfig().SecurityOpt).toContain('no-new-privileges:true')
      expect(container().Config.User).toMatch(/^[1-9]\d{4,}:[1-9]\d{4,}$/)
    })

    test('5.28 its image is named by a hash of what is in it', () => {
      expect(container().Config.Image).toMatch(/^(micropush\/[a-z0-9.-]+:[0-9a-f]{16}|sha256:[0-9a-f]{64})/)
    })

    test('5.29 its processes are limited', () => {
      expect(hostConfig().PidsLimit).toBeGreaterThan(0)
      expect(hostConfig().PidsLimit).toBeLessThanOrEqual(2048 * 4 + 256)
    })

    test('5.30 it is not on Docker’s own bridge', () => {
      const { Networks } = container().NetworkSettings
      expect(Object.keys(Networks)).toEqual([`micropush-${stage.context.instance}-${kind}`])
    })

    test('5.31 it is not in the host’s user namespace by request', () => expect(hostConfig().UsernsMode).toBe(''))

    test('5.32 Docker’s socket is not in it', () => {
      const mounted = JSON.stringify([container().Mounts, hostConfig().Binds, hostConfig().VolumesFrom])
      expect(mounted).not.toMatch(/docker\.sock|containerd\.sock/)
    })
  })

  test('5.7 no SSH server is in it', async () => {
    const { value } = await runInside(
      sandbox,
      `return require('child_process').execSync('ls /usr/sbin/sshd /usr/bin/sshd /etc/ssh 2>/dev/null || true', { encoding: 'utf8' })`,
    )
    expect(value).toBe('')
  })

  test('5.14 nothing that comes in passes an interface: requests come over a socket of the file system', () => {
    expect(sandbox.socket).toMatch(/^\/.*\.sock$/)
  })

  test('5.27 the platform, and not Docker, looks whether it is well: there is no health check to run code of strangers', () => {
    expect(inspected.sandbox.Config.Healthcheck).toBeUndefined()
    expect(inspected.sandbox.State.Health).toBeUndefined()
  })
})
