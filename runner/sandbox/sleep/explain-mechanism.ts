import { access, constants, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Isolation } from '../container/isolation.ts'
import type { Reach } from '../cgroup/reach.ts'
import type { Mechanism } from './freezer.ts'

export interface Explained {
  readonly mechanism: Mechanism
  /** One sentence for the start-up line. */
  readonly means: string
}

/** Below it Docker's OCI runtimes keep what they know, unless the daemon was started with another `--exec-root`. */
const DOCKER_RUN = '/run/docker/runtime-runc'

/** Says before there is a sandbox how sandboxes will be frozen, and why; of each it is found out anew. */
export async function explainMechanism(reach: Reach, isolation: Isolation, run = DOCKER_RUN): Promise<Explained> {
  if (!(await seesDocker(reach.proc)))
    return viaDocker('the Docker daemon’s processes cannot be seen from here (in a container, that takes `pid: host`)')
  if (isolation === 'gvisor') {
    if (await may(run, constants.R_OK))
      return { mechanism: 'sentry', means: 'sandboxes are frozen by gVisor’s own kernel, over its control socket' }
    return viaDocker(`the control sockets of gVisor’s sandboxes cannot be reached from here (${run})`)
  }
  const v1 = reach.mounts.find(({ controllers }) => controllers?.has('freezer') === true)
  const mount = v1 ?? reach.mounts.find(({ controllers }) => controllers === undefined)
  if (mount === undefined || !(await may(mount.folder, constants.W_OK)))
    return viaDocker('the cgroups of the host cannot be written from here (/sys/fs/cgroup)')
  const version = v1 === undefined ? 'v2' : 'v1'
  return { mechanism: `cgroup-${version}`, means: `sandboxes are frozen through their cgroup (${version}) directly` }
}

function viaDocker(why: string): Explained {
  return { mechanism: 'docker', means: `sandboxes are paused by Docker, which wakes them ten times as slowly: ${why}` }
}

/** Whether process ids that Docker speaks of mean the same processes here. */
async function seesDocker(proc: string): Promise<boolean> {
  const ids = (await readdir(proc)).filter((name) => /^\d+$/.test(name))
  const names = await Promise.all(ids.map((id) => readFile(join(proc, id, 'comm'), 'utf8').catch(() => '')))
  return names.some((name) => name.trim() === 'dockerd' || name.trim() === 'containerd')
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
