import { z } from 'zod'
import type { FolderMount } from '../../container/app-mounts.ts'

const mount = z.looseObject({
  destination: z.string(),
  type: z.string(),
  source: z.string(),
  options: z.array(z.string()).optional(),
})

/** What runsc is told of a container, as far as we change it; the rest is Docker's and stays. Source: the OCI runtime specification. */
export const ociConfig = z.looseObject({
  process: z.looseObject({
    user: z.looseObject({ uid: z.number(), gid: z.number() }),
    rlimits: z.array(z.looseObject({ type: z.string(), hard: z.number(), soft: z.number() })).optional(),
  }),
  root: z.looseObject({ path: z.string() }),
  mounts: z.array(mount),
  linux: z.looseObject({
    cgroupsPath: z.string(),
    resources: z.unknown(),
    namespaces: z.array(z.looseObject({ type: z.string(), path: z.string().optional() })),
  }),
  hooks: z.unknown().optional(),
})

export type OciConfig = z.infer<typeof ociConfig>

interface App {
  readonly mounts: readonly FolderMount[]
  readonly uid: number
  /** How many processes and threads it may have. */
  readonly processes: number
}

/** A container that was made without an app, with one. */
export function withApp(waiting: OciConfig, { mounts, uid, processes }: App): OciConfig {
  const { process } = waiting
  return {
    ...inItsNetwork(waiting),
    process: {
      ...process,
      user: { ...process.user, uid, gid: uid, additionalGids: [uid] },
      rlimits: (process.rlimits ?? []).map((limit) =>
        limit.type === 'RLIMIT_NPROC' ? { ...limit, hard: processes, soft: processes } : limit,
      ),
    },
    mounts: [...waiting.mounts, ...mounts.map(readOnlyBind)],
  }
}

/**
 * A container whose memory was saved, in the place of one that waits: its root, its cgroup, its network, and its own of each folder that every sandbox
 * has. All else has to be as it was; gVisor checks that.
 */
export function inPlaceOf(saved: OciConfig, waiting: OciConfig): OciConfig {
  const sources = new Map(waiting.mounts.map(({ destination, source }) => [destination, source]))
  return inItsNetwork({
    ...saved,
    root: { ...saved.root, path: waiting.root.path },
    mounts: saved.mounts.map((one) => ({ ...one, source: sources.get(one.destination) ?? one.source })),
    linux: { ...saved.linux, cgroupsPath: waiting.linux.cgroupsPath, resources: waiting.linux.resources },
  })
}

/** The process that becomes runsc has been in the container's network since the container was started; Docker's hook gave it its address then. */
function inItsNetwork({ hooks: _run, ...config }: OciConfig): OciConfig {
  const namespaces = config.linux.namespaces.map((one) =>
    one.type === 'network' ? { ...one, path: '/proc/self/ns/net' } : one,
  )
  return { ...config, linux: { ...config.linux, namespaces } }
}

function readOnlyBind({ source, target }: FolderMount): OciConfig['mounts'][number] {
  return { destination: target, type: 'bind', source, options: ['rbind', 'ro', 'rprivate'] }
}
