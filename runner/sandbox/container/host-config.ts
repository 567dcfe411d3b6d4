import type { ContainerOptions } from '../../docker/containers.ts'
import type { Limits } from '../../../contract/limits.ts'
import { paths as inside } from '../../../runtimes/launch.ts'
import type { FolderMount } from './app-mounts.ts'
import { runtimeOf, type Isolation } from './isolation.ts'
import { toLabels, type SandboxLabels } from '../labels.ts'
import type { SandboxPaths } from '../paths.ts'
import type { HostFacts } from '../sandbox.ts'
import { seccompProfile } from './seccomp.ts'

const MB = 1024 * 1024

/** Limits that no micro can raise. */
const fixed = {
  openFiles: 8192,
  sharedMemoryBytes: 16 * MB,
  /** Files in /dev/shm. */
  sharedMemoryFiles: 4096,
  lockedMemoryBytes: 64 * 1024,
  messageQueueBytes: 800 * 1024,
  pendingSignals: 4096,
  logFiles: 2,
  logFileSize: '1m',
  /** Its processes die before the host's do when the host itself runs out of memory. */
  oomScoreAdj: 500,
  /** Half of the default weight: when the processor is short, our own processes come first. */
  cpuShares: 512,
  /** Seconds between SIGTERM and SIGKILL, for shutdown events. */
  stopSeconds: 5,
} as const

/** The same for all, so that a sandbox that waits for its deployment has its name already. */
const HOST_NAME = 'micro'

/** What of a sandbox Docker has to know. */
export interface ContainerSpec {
  readonly image: string
  readonly limits: Pick<Limits, 'memoryBytes' | 'processes'>
  /** The app's folders; none for a sandbox that waits for its app. */
  readonly mounts: readonly FolderMount[]
}

interface SandboxContainer {
  readonly spec: ContainerSpec
  readonly host: HostFacts
  readonly labels: SandboxLabels
  readonly paths: SandboxPaths
  readonly network: string
  /** The OCI runtime, where it is not the isolation's own. */
  readonly runtime?: string
}

/**
 * Everything Docker is told about a sandbox: what it may not do. The environment is not here, because `docker inspect` shows it;
 * it goes over the control channel. Docker's masked and read-only paths of /proc stay, because nothing replaces them.
 */
export function sandboxContainer(of: SandboxContainer): ContainerOptions {
  const { spec, host, labels } = of
  return {
    Image: spec.image,
    Entrypoint: [inside.init],
    Cmd: [],
    Env: [],
    User: `${labels.uid}:${labels.uid}`,
    WorkingDir: inside.app,
    Hostname: HOST_NAME,
    Labels: toLabels(labels),
    Tty: false,
    OpenStdin: false,
    StopSignal: 'SIGTERM',
    StopTimeout: fixed.stopSeconds,
    HostConfig: {
      Runtime: of.runtime ?? runtimeOf(labels.isolation),
      ...privileges(),
      ...resources(spec.limits, { host, isolation: labels.isolation }),
      ...logging(),
      NetworkMode: of.network,
      PublishAllPorts: false,
      IpcMode: 'private',
      CgroupnsMode: 'private',
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      Mounts: mounts(of),
    },
  }
}

function privileges() {
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true', `seccomp=${JSON.stringify(seccompProfile)}`],
    ReadonlyRootfs: true,
    Devices: [],
    DeviceCgroupRules: [],
  }
}

interface Machine {
  readonly host: HostFacts
  readonly isolation: Isolation
}

function resources(limits: Pick<Limits, 'memoryBytes' | 'processes'>, { host, isolation }: Machine) {
  const memory = hostMemory(limits.memoryBytes, isolation)
  return {
    Memory: memory,
    // The same number for memory and memory with swap means: no swap.
    MemorySwap: memory,
    ...(host.swappiness ? { MemorySwappiness: 0 } : {}),
    NanoCpus: Math.round(host.cpus * 1e9),
    CpuShares: fixed.cpuShares,
    PidsLimit: hostTasks(limits.processes, isolation),
    OomScoreAdj: fixed.oomScoreAdj,
    // In place of Docker's own, which bounds the bytes and not the number of files; gVisor keeps to the bytes, and counts files as memory.
    Tmpfs: {
      '/dev/shm': `rw,nosuid,nodev,noexec,size=${fixed.sharedMemoryBytes},nr_inodes=${fixed.sharedMemoryFiles},mode=1777`,
    },
    Ulimits: [
      ulimit('nproc', ownTasks(limits.processes, isolation)),
      ulimit('nofile', fixed.openFiles),
      ulimit('core', 0),
      ulimit('memlock', fixed.lockedMemoryBytes),
      ulimit('msgqueue', fixed.messageQueueBytes),
      ulimit('sigpending', fixed.pendingSignals),
    ],
  }
}

/**
 * How many tasks of the host a sandbox may have. gVisor's kernel runs each process of the app as some three of the host's, beside its own threads, and dies
 * when it cannot have one: there this limit only keeps the host safe, and the one inside is the app's.
 */
export function hostTasks(processes: number, isolation: Isolation): number {
  return isolation === 'gvisor' ? processes * 4 + 256 : processes
}

/** How much memory of the host a sandbox may have. gVisor's kernel, which is none of the app's, takes some 20 MB of it for itself. */
function hostMemory(bytes: number, isolation: Isolation): number {
  return isolation === 'gvisor' ? bytes + 20 * MB : bytes
}

/**
 * How many tasks the sandbox's user may have, which is a user of its own. Under gVisor this is the limit that binds. Under runc the cgroup's is, and this one
 * stays above it, because of what it refuses nobody hears: the cgroup counts it.
 */
function ownTasks(processes: number, isolation: Isolation): number {
  return isolation === 'gvisor' ? processes : processes + 64
}

function ulimit(Name: string, value: number) {
  return { Name, Soft: value, Hard: value }
}

/**
 * Without a bound a log fills the disk. In its `non-blocking` mode Docker before 23 may lose the last words of an app that end without a newline: it
 * reads them as such only when it ends the log, and closes the file without waiting for them (https://github.com/moby/moby/issues/42316). Nor does
 * that mode say what it drops. Here an app waits, when the disk is slow, behind 1 MB that Docker has yet to write; never for who reads the log.
 */
function logging() {
  return {
    LogConfig: {
      Type: 'local',
      Config: {
        'max-size': fixed.logFileSize,
        'max-file': String(fixed.logFiles),
        compress: 'false',
        mode: 'blocking',
      },
    },
  }
}

function mounts({ spec, host, paths }: SandboxContainer) {
  return [
    ...spec.mounts.map(({ source, target }) => bind(source, target, 'read-only')),
    bind(paths.tmp, '/tmp', 'writable'),
    bind(paths.box, inside.sockets, 'writable'),
    bind(host.resolvConf, '/etc/resolv.conf', 'read-only'),
  ]
}

function bind(Source: string, Target: string, access: 'read-only' | 'writable') {
  return {
    Type: 'bind' as const,
    Source,
    Target,
    ReadOnly: access === 'read-only',
    BindOptions: { Propagation: 'rprivate' as const },
  }
}
