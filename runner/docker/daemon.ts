import type Docker from 'dockerode'
import { asEngineError } from './engine-error.ts'

/** What the Docker daemon says about itself, as far as we decide by it. */
export interface DaemonFacts {
  readonly version: string
  /** Names of the OCI runtimes. */
  readonly runtimes: readonly string[]
  readonly cgroupVersion: 1 | 2
  readonly cpus: number
  /** Whether the kernel lets a memory limit count swap. */
  readonly swapLimit: boolean
  /** Whether user ids inside are others than outside: rootless, or `userns-remap`. */
  readonly remapsUsers: boolean
}

/** @throws MicropushError `engine-unavailable` when the daemon does not answer. */
export async function daemonFacts(docker: Docker): Promise<DaemonFacts> {
  // The types do not know every field of the answer to `GET /info`.
  const info: Partial<Record<string, unknown>> = await asEngineError(() => docker.info())
  return {
    version: String(info['ServerVersion']),
    runtimes: Object.keys(info['Runtimes'] ?? {}),
    cgroupVersion: info['CgroupVersion'] === '2' ? 2 : 1,
    cpus: Number(info['NCPU']),
    swapLimit: info['SwapLimit'] === true,
    remapsUsers: /name=(userns|rootless)/.test(String(info['SecurityOptions'])),
  }
}

/** The folder in which the daemon keeps images and containers. */
export async function imagesDir(docker: Docker): Promise<string> {
  const info: Partial<Record<string, unknown>> = await asEngineError(() => docker.info())
  return String(info['DockerRootDir'])
}

/** What all images of the machine take together, in bytes. */
export async function imagesBytes(docker: Docker): Promise<number> {
  const usage: { readonly LayersSize?: number } = await asEngineError(() => docker.df() as Promise<object>)
  return usage.LayersSize ?? 0
}
