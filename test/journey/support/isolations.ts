import { execFileSync } from 'node:child_process'

const known = JSON.parse(
  execFileSync('docker', ['info', '--format', '{{json .Runtimes}}'], { encoding: 'utf8' }),
) as object
const all = ['runc', 'gvisor'] as const

/** The kinds of sandbox that can be had here; what cannot is said once. */
export const isolations = all.filter((isolation) => isolation === 'runc' || 'runsc' in known)
if (isolations.length < all.length)
  console.warn('NOT RUN under gVisor: the Docker daemon does not know runsc (npm run install-gvisor).')
