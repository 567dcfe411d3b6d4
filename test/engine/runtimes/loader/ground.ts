import { imagesOf } from '../images.ts'
import { docker } from '../sandbox.ts'

/** Where cases run: a version of a language under an isolation. */
export interface Ground {
  readonly image: string
  readonly runtime: 'runc' | 'runsc'
  /** The version's number: `14`, `3.9`. */
  readonly version: string
}

export async function groundOf(id: string, runtime: Ground['runtime'] = 'runc'): Promise<Ground> {
  const { sandbox: image } = await imagesOf(id)
  return { image, runtime, version: id.replace(/^[a-z]+/, '') }
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
