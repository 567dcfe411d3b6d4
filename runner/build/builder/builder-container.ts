import { availableParallelism } from 'node:os'
import type { ContainerOptions } from '../../docker/containers.ts'
import { hostTasks } from '../../sandbox/container/host-config.ts'
import { runtimeOf, type Isolation } from '../../sandbox/container/isolation.ts'
import { labels } from '../../sandbox/labels.ts'
import { seccompProfile } from '../../sandbox/container/seccomp.ts'

const MB = 1024 * 1024

/** Where npm puts archives before it unpacks them. */
export const DOWNLOADS = '/downloads'

/** What one builder may use; it lives for minutes and is shared by nobody. */
export const builderLimits = {
  memoryBytes: 2048 * MB,
  cpus: 2,
  /** Half of a micro's weight: when the processor is short, visitors come first. */
  cpuShares: 256,
  processes: 2048,
  openFiles: 16_384,
  /** One file; what all files together may take is watched from outside. */
  fileBytes: 2048 * MB,
  sharedMemoryBytes: 64 * MB,
  /** What a package manager downloads on its way; in memory, because nothing of it is kept. */
  downloadBytes: 1024 * MB,
} as const

export interface BuilderMount {
  readonly from: string
  readonly to: string
  readonly access: 'read-only' | 'writable'
}

export interface BuilderSpec {
  readonly image: string
  readonly isolation: Isolation
  readonly instance: string
  /** `builder` when absent. */
  readonly kind?: 'builder' | 'warm-up'
  readonly deploymentId: string
  readonly network: string
  readonly uid: number
  /** Run by `sh -eu`. */
  readonly script: string
  /** Becomes `$1` of the script. */
  readonly argument: string
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string
  readonly mounts: readonly BuilderMount[]
}

/**
 * Everything Docker is told about a builder. It runs strangers' install scripts, so it is shut in as a sandbox is, and has nothing worth
 * taking: no secret, no token, no folder but its own.
 */
export function builderContainer(spec: BuilderSpec): ContainerOptions {
  return {
    Image: spec.image,
    Entrypoint: ['sh'],
    Cmd: ['-euc', spec.script, 'builder', spec.argument],
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    User: `${spec.uid}:${spec.uid}`,
    WorkingDir: spec.workingDir,
    Hostname: 'builder',
    Labels: {
      [labels.instance]: spec.instance,
      [labels.kind]: spec.kind ?? 'builder',
      [labels.deployment]: spec.deploymentId,
      [labels.uid]: String(spec.uid),
    },
    Tty: false,
    OpenStdin: false,
    HostConfig: {
      Runtime: runtimeOf(spec.isolation),
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true', `seccomp=${JSON.stringify(seccompProfile)}`],
      ReadonlyRootfs: true,
      Memory: builderLimits.memoryBytes,
      // The same number for memory and memory with swap means: no swap.
      MemorySwap: builderLimits.memoryBytes,
      NanoCpus: Math.min(builderLimits.cpus, availableParallelism()) * 1e9,
      CpuShares: builderLimits.cpuShares,
      PidsLimit: hostTasks(builderLimits.processes, spec.isolation),
      OomScoreAdj: 700,
      ShmSize: builderLimits.sharedMemoryBytes,
      Tmpfs: {
        [DOWNLOADS]: `rw,nosuid,nodev,exec,size=${builderLimits.downloadBytes},uid=${spec.uid},gid=${spec.uid},mode=0700`,
      },
      Ulimits: [
        ulimit('nproc', builderLimits.processes),
        ulimit('nofile', builderLimits.openFiles),
        ulimit('fsize', builderLimits.fileBytes),
        ulimit('core', 0),
      ],
      // Its output is read while it runs; a second copy on disk would only have to be bounded and removed.
      LogConfig: { Type: 'none', Config: {} },
      NetworkMode: spec.network,
      IpcMode: 'private',
      CgroupnsMode: 'private',
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      Mounts: spec.mounts.map(({ from, to, access }) => ({
        Type: 'bind' as const,
        Source: from,
        Target: to,
        ReadOnly: access === 'read-only',
        BindOptions: { Propagation: 'rprivate' as const },
      })),
    },
  }
}

function ulimit(Name: string, value: number) {
  return { Name, Soft: value, Hard: value }
}
