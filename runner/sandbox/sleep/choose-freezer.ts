import type { Docker } from '../../docker/client.ts'
import { findCgroup, type ContainerProcess } from '../cgroup/find-cgroup.ts'
import type { Reach } from '../cgroup/reach.ts'
import type { Isolation } from '../container/isolation.ts'
import { cgroupFreezer, v1Files, v2Files } from './cgroup-freezer.ts'
import { dockerFreezer } from './docker-freezer.ts'
import type { Freezer } from './freezer.ts'
import { findControlSocket } from './sentry/find-control-socket.ts'
import { sentryFreezer } from './sentry/sentry-freezer.ts'

interface Process extends ContainerProcess {
  readonly isolation: Isolation
}

/** The fastest mechanism that a sandbox can be frozen by from here; it is the same whoever asks, as long as the same is in reach. */
export async function chooseFreezer(docker: Docker, reach: Reach, of: Process): Promise<Freezer> {
  const direct = of.isolation === 'gvisor' ? await sentry(reach, of) : await cgroup(reach, of)
  return direct ?? dockerFreezer(docker, of.containerId)
}

async function sentry({ proc }: Reach, of: Process): Promise<Freezer | undefined> {
  const socket = await findControlSocket(proc, of)
  return socket === undefined ? undefined : sentryFreezer(socket)
}

/** The freezer of v1 where there is one: Docker uses that, too, and a sandbox has one mechanism only. */
async function cgroup(reach: Reach, of: Process): Promise<Freezer | undefined> {
  const v1 = await findCgroup(reach, of, { controller: 'freezer' })
  if (v1 !== undefined) return writable(cgroupFreezer(v1, v1Files))
  const v2 = await findCgroup(reach, of, 'v2')
  return v2 === undefined ? undefined : writable(cgroupFreezer(v2, v2Files))
}

async function writable(opening: Promise<Freezer>): Promise<Freezer | undefined> {
  try {
    return await opening
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || code === 'ENOENT') return undefined
    throw error
  }
}
