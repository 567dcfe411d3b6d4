import { MicropushError } from '../contract/errors.ts'
import { ensurePrograms, type Need } from './packages.ts'

const needs: readonly Need[] = [
  { program: 'git', package: 'git', why: 'the forge keeps real git repositories' },
  { program: 'redis-server', package: 'redis-server', why: 'queue and records' },
  { program: 'mmdebstrap', package: 'mmdebstrap', why: 'makes the base images of the runtimes' },
  { program: 'ubuntu-distro-info', package: 'distro-info', why: "tells mmdebstrap which suites are Ubuntu's" },
  { program: 'iptables', package: 'iptables', why: 'keeps sandboxes from private networks' },
  { program: 'ip', package: 'iproute2', why: 'finds the addresses of this machine' },
  { program: 'mkfs.ext4', package: 'e2fsprogs', why: "makes the sandboxes' /tmp" },
  { program: 'mount', package: 'mount', why: "mounts the sandboxes' /tmp" },
  { program: 'tar', package: 'tar', why: 'packs images' },
]

/** Everything but Docker that the platform needs of the machine, installed where it is missing and we may. */
export async function ensureRequirements(): Promise<void> {
  if (process.platform !== 'linux') {
    throw new MicropushError('setup-incomplete', 'micropush runs on Linux only.')
  }
  if (process.getuid?.() !== 0) {
    throw new MicropushError(
      'setup-incomplete',
      'micropush must be started as root: it mounts, sets firewall rules and gives each sandbox a user of its own. Its gateway drops to an unprivileged user.',
    )
  }
  await ensurePrograms(needs)
}
