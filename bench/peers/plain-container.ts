import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { untilAnswered } from '../load/requests.ts'
import { engine } from './engine.ts'

export interface PlainApp {
  readonly image: string
  readonly runtime: 'runc' | 'runsc'
  /** Started with `SOCKET` in its environment, on which it listens. */
  readonly command: readonly string[]
  /** Folders on the host and where the container has them, read-only. */
  readonly mounts: Readonly<Record<string, string>>
  readonly env?: readonly string[]
}

/** The same app in a container of Docker's own, with the usual hardening and without us: create, start, pause as everybody can. */
export class PlainContainer {
  readonly socketPath: string
  readonly #folder: string
  readonly #id: string

  private constructor(folder: string, id: string) {
    this.#folder = folder
    this.#id = id
    this.socketPath = join(folder, 'app.sock')
  }

  static async create(app: PlainApp, parent: string): Promise<PlainContainer> {
    const folder = await mkdtemp(join(parent, 'peer-'))
    const mounts = Object.entries(app.mounts).map(([from, to]) => `${from}:${to}:ro`)
    const made = (await engine('POST', '/containers/create', {
      Image: app.image,
      Entrypoint: app.command,
      Env: ['SOCKET=/peer/app.sock', ...(app.env ?? [])],
      Labels: { 'micropush.bench': 'peer' },
      HostConfig: {
        Runtime: app.runtime,
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: 512 * 1024 * 1024,
        PidsLimit: 1024,
        Tmpfs: { '/tmp': '' },
        Binds: [...mounts, `${folder}:/peer`],
      },
    })) as { Id: string }
    return new PlainContainer(folder, made.Id)
  }

  /** `docker start`, until the first answer; in ms. */
  async start(): Promise<number> {
    await rm(this.socketPath, { force: true })
    const started = performance.now()
    await engine('POST', `/containers/${this.#id}/start`)
    return untilAnswered({ socketPath: this.socketPath, host: 'bench' }, started)
  }

  stop(): Promise<unknown> {
    return engine('POST', `/containers/${this.#id}/stop?t=0`)
  }

  pause(): Promise<unknown> {
    return engine('POST', `/containers/${this.#id}/pause`)
  }

  /** `docker unpause`, and then a request; in ms. */
  async unpause(): Promise<number> {
    const started = performance.now()
    await engine('POST', `/containers/${this.#id}/unpause`)
    return untilAnswered({ socketPath: this.socketPath, host: 'bench' }, started)
  }

  async remove(): Promise<void> {
    await engine('DELETE', `/containers/${this.#id}?force=1`)
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** `docker run` until the first answer, in ms. */
export async function dockerRun(app: PlainApp, parent: string): Promise<number> {
  const started = performance.now()
  const container = await PlainContainer.create(app, parent)
  try {
    await container.start()
    return performance.now() - started
  } finally {
    await container.remove()
  }
}
