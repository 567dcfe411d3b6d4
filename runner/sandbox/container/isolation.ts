import { MicropushError } from '../../../contract/errors.ts'

export type Isolation = 'gvisor' | 'runc'

export interface IsolationChoice {
  readonly isolation: Isolation
  /** One sentence for the start-up line and `/healthz`. */
  readonly means: string
}

/** The name under which gVisor's own documentation registers it with Docker. */
const GVISOR_RUNTIME = 'runsc'

/** The runtime of containers that wait for what is to run in them under gVisor, as `npm run install-gvisor` registers it (setup/gvisor/waiting). */
export const WAITING_RUNTIME = 'micropush-waiting'

/**
 * Which kernel the micros see. Never a silent step down: who asks for gVisor gets gVisor or an error.
 *
 * @param daemonRuntimes - the names of the OCI runtimes that the Docker daemon knows.
 * @throws MicropushError `setup-incomplete` when gVisor was asked for and the daemon does not know it.
 */
export function chooseIsolation(
  setting: 'auto' | 'gvisor' | 'runc',
  daemonRuntimes: readonly string[],
): IsolationChoice {
  const known = daemonRuntimes.includes(GVISOR_RUNTIME)
  switch (setting) {
    case 'gvisor':
      if (!known)
        throw new MicropushError(
          'setup-incomplete',
          'MICROPUSH_SANDBOX=gvisor asks for gVisor, but the Docker daemon knows no runtime `runsc`. Run `npm run install-gvisor`, or set MICROPUSH_SANDBOX=auto.',
        )
      return gvisor
    case 'runc':
      return { isolation: 'runc', means: `runc, because MICROPUSH_SANDBOX=runc: ${sharedKernel}` }
    case 'auto':
      return known
        ? gvisor
        : {
            isolation: 'runc',
            means: `runc, because the Docker daemon knows no gVisor (\`npm run install-gvisor\` adds it): ${sharedKernel}`,
          }
  }
}

/** The name of the OCI runtime in Docker's configuration. */
export function runtimeOf(isolation: Isolation): string {
  return isolation === 'gvisor' ? GVISOR_RUNTIME : 'runc'
}

const gvisor: IsolationChoice = {
  isolation: 'gvisor',
  means: 'gVisor: each micro has a kernel of its own and never talks to the host’s directly.',
}

const sharedKernel =
  'micros share the host’s kernel behind a hardened container; deploy only code that you would run yourself.'
