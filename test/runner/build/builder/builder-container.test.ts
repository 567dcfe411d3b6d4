import { expect, it } from 'vitest'
import { builderContainer } from '../../../../runner/build/builder/builder-container.ts'

const spec = {
  image: 'builder',
  isolation: 'gvisor' as const,
  instance: 'i',
  deploymentId: 'd1',
  network: 'n',
  uid: 300_000,
  script: 'npm ci',
  argument: '',
  env: { HOME: '/tmp/home' },
  workingDir: '/app',
  mounts: [{ from: '/a', to: '/inputs', access: 'read-only' as const }],
}

it('is shut in as a sandbox is', () => {
  expect(builderContainer(spec)).toMatchObject({
    User: '300000:300000',
    Labels: { 'micropush.instance': 'i', 'micropush.kind': 'builder', 'micropush.deployment': 'd1' },
    HostConfig: {
      Runtime: 'runsc',
      Privileged: false,
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
      NetworkMode: 'n',
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'none' },
      Mounts: [{ Source: '/a', Target: '/inputs', ReadOnly: true }],
    },
  })
})

it('has a bound for everything, and no swap', () => {
  const host = builderContainer(spec).HostConfig
  expect(host?.Memory).toBe(host?.MemorySwap)
  expect(host?.PidsLimit).toBeGreaterThan(0)
  expect(host?.NanoCpus).toBeGreaterThan(0)
  expect(host?.Ulimits?.map(({ Name }) => Name)).toEqual(['nproc', 'nofile', 'fsize', 'core'])
  const [privileges, seccomp] = host?.SecurityOpt ?? []
  expect(privileges).toBe('no-new-privileges:true')
  expect(seccomp).toMatch(/^seccomp=\{/)
})

it('gets the command as an argument and never as shell text of ours', () => {
  const { Entrypoint, Cmd } = builderContainer({ ...spec, argument: 'echo "$(id)"; exit' })
  expect(Entrypoint).toEqual(['sh'])
  expect(Cmd).toEqual(['-euc', 'npm ci', 'builder', 'echo "$(id)"; exit'])
})
