import { asEngineError, statusOf } from './engine-error.ts'
import type Docker from 'dockerode'

/** The types know no `CgroupnsMode`, the Engine API does since 1.41. */
export type ContainerOptions = Docker.ContainerCreateOptions & {
  readonly HostConfig?: Docker.HostConfig & { readonly CgroupnsMode?: 'private' }
}

/** A container as the list shows it. */
export interface ListedContainer {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  readonly state: 'created' | 'restarting' | 'running' | 'removing' | 'paused' | 'exited' | 'dead'
  readonly createdAtMs: number
}

/** How a container stands, as far as anybody asks. */
export interface ContainerState {
  readonly running: boolean
  readonly paused: boolean
  /** Of its first process, on the host; 0 when it does not run. */
  readonly pid: number
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly startedAtMs: number
}

/** @returns the new container's id. */
export async function createContainer(docker: Docker, options: ContainerOptions): Promise<string> {
  return asEngineError(async () => (await docker.createContainer(options)).id)
}

export async function startContainer(docker: Docker, id: string): Promise<void> {
  await asEngineError(() => docker.getContainer(id).start())
}

/** Resolves when the container ends, with its exit code. Ask before the start: it counts the next end, not a former one. */
export async function nextExit(docker: Docker, id: string, signal: AbortSignal): Promise<number> {
  const ended: { StatusCode: number } = await docker
    .getContainer(id)
    .wait({ condition: 'next-exit', abortSignal: signal })
  return ended.StatusCode
}

/** @returns undefined when there is no such container. */
export async function containerState(docker: Docker, id: string): Promise<ContainerState | undefined> {
  return asEngineError(() =>
    docker
      .getContainer(id)
      .inspect()
      .then(({ State }) => ({
        running: State.Running,
        paused: State.Paused,
        pid: State.Pid,
        exitCode: State.ExitCode,
        oomKilled: State.OOMKilled,
        startedAtMs: Date.parse(State.StartedAt),
      }))
      .catch(whenStatus([404], undefined)),
  )
}

/** All containers, ended ones too, that have every one of these labels (`name` or `name=value`). */
export async function listContainers(docker: Docker, labels: readonly string[]): Promise<ListedContainer[]> {
  const found = await asEngineError(() => docker.listContainers({ all: true, filters: { label: [...labels] } }))
  return found.map((container) => ({
    id: container.Id,
    labels: container.Labels,
    state: container.State as ListedContainer['state'],
    createdAtMs: container.Created * 1000,
  }))
}

/** Sends the stop signal, and SIGKILL after the grace. That it has ended already, or is gone, is no failure. */
export async function stopContainer(docker: Docker, id: string, graceSeconds: number): Promise<void> {
  await asEngineError(() =>
    docker
      .getContainer(id)
      .stop({ t: graceSeconds })
      .catch(whenStatus([304, 404], undefined)),
  )
}

/** Stops all its processes where they are. @returns false when Docker believes that they are stopped already. */
export async function pauseContainer(docker: Docker, id: string): Promise<boolean> {
  return asEngineError(() =>
    docker
      .getContainer(id)
      .pause()
      .then(changed, unlessBelieved(/is already paused/i)),
  )
}

/** Lets its processes go on. @returns false when Docker believes that they run already. */
export async function unpauseContainer(docker: Docker, id: string): Promise<boolean> {
  return asEngineError(() =>
    docker
      .getContainer(id)
      .unpause()
      .then(changed, unlessBelieved(/is not paused/i)),
  )
}

const changed = (): boolean => true

/**
 * Docker says in words only why it does not even try (409 in new engines, 500 in old ones). What the OCI runtime says when it is asked is not
 * belief: then they stand as they should.
 */
function unlessBelieved(belief: RegExp) {
  return (error: unknown): boolean => {
    if (error instanceof Error && belief.test(error.message)) return false
    if (error instanceof Error && /container not (paused|running or created: paused)/i.test(error.message)) return true
    throw error
  }
}

function whenStatus<T>(statuses: readonly number[], value: T) {
  return (error: unknown): T => {
    const status = statusOf(error)
    if (status !== undefined && statuses.includes(status)) return value
    throw error
  }
}

/** Processor time that all processes of a container have used so far, in ms; undefined when it does not run. */
export async function cpuTimeMs(docker: Docker, id: string): Promise<number | undefined> {
  return asEngineError(() =>
    docker
      .getContainer(id)
      .stats({ stream: false, 'one-shot': true })
      // The API counts in nanoseconds.
      .then(({ cpu_stats }) => cpu_stats.cpu_usage.total_usage / 1e6)
      .catch(whenStatus([404, 409], undefined)),
  )
}
