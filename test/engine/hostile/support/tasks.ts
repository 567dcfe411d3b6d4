import { readFile } from 'node:fs/promises'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { dockerSocket } from '../../sandbox/stage.ts'

/** How many tasks of the host a container has at the moment, and how many it may have. */
export async function tasksOf(containerId: string): Promise<{ readonly now: number; readonly limit: number }> {
  const { State, HostConfig } = await connectDocker(dockerSocket).getContainer(containerId).inspect()
  const line = (await readFile(`/proc/${State.Pid}/cgroup`, 'utf8'))
    .split('\n')
    .map((one) => /^\d+:(pids)?:(.*)$/.exec(one))
    .find((found) => found !== null && found[1] === 'pids')
  // The second version of cgroups has one tree for all of them.
  const folder =
    line === undefined || line === null ? `/sys/fs/cgroup/${await unified(State.Pid)}` : `/sys/fs/cgroup/pids${line[2]}`
  return { now: Number(await readFile(`${folder}/pids.current`, 'utf8')), limit: HostConfig.PidsLimit ?? 0 }
}

async function unified(pid: number): Promise<string> {
  return /^0::(.*)$/m.exec(await readFile(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? ''
}
