import { WAITING_RUNTIME } from '../../../../runner/sandbox/container/isolation.ts'
import { imagesOf } from '../images.ts'
import { docker } from '../sandbox.ts'

/** Where cases run: a version of a language under an isolation. */
export interface Ground {
  readonly image: string
  readonly runtime: 'runc' | 'runsc'
  /** The version's number: `14`, `3.9`. */
  readonly version: string
  /** Whether the runtime is loaded before or after there is an app, or the app is on disk before it listens. */
  readonly way: 'plain' | 'cell' | 'snapshot'
}

type Where = Pick<Ground, 'runtime' | 'way'>

export async function groundOf(id: string, where: Partial<Where> = {}): Promise<Ground> {
  const { sandbox: image } = await imagesOf(id)
  return { runtime: 'runc', way: 'plain', ...where, image, version: id.replace(/^[a-z]+/, '') }
}

/** What there is on this machine: gVisor mounts nothing into a sandbox that runs. */
export async function everyWay(what: string): Promise<readonly Where[]> {
  const plain: Where[] = (await isolations(what)).map((runtime) => ({ runtime, way: 'plain' }))
  return [...plain, { runtime: 'runc', way: 'cell' }, ...(await snapshotsHere(what))]
}

async function snapshotsHere(what: string): Promise<Where[]> {
  const { Runtimes: known }: { readonly Runtimes: object } = await docker.info()
  if (WAITING_RUNTIME in known) return [{ runtime: 'runsc', way: 'snapshot' }]
  console.warn(`NOT RUN: ${what} after a restore, because the Docker daemon does not know ${WAITING_RUNTIME}.`)
  return []
}

/**
 * The isolations of this machine.
 *
 * @param what named loudly when gVisor is not among them.
 */
export async function isolations(what: string): Promise<readonly Ground['runtime'][]> {
  const { Runtimes: known }: { readonly Runtimes: object } = await docker.info()
  if ('runsc' in known) return ['runc', 'runsc']
  console.warn(`NOT RUN: ${what} under gVisor, because the Docker daemon does not know runsc (npm run install-gvisor).`)
  return ['runc']
}
