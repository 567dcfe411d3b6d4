import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'

export interface SandboxPaths {
  /** A small tmpfs of the sandbox's own; nobody but root and the gateway's group gets into it. */
  readonly folder: string
  /** The sandbox's own folder in it, `/run/micropush` inside. */
  readonly box: string
  readonly control: string
  /** The app's socket, under a name that the sandbox can change. */
  readonly appSocket: string
  /** The same socket under a name that it cannot: what the gateway dials. */
  readonly socket: string
  /** Where its `/tmp` is mounted on the host. */
  readonly tmp: string
  /** The file behind `/tmp`; unlinked once it is mounted. */
  readonly tmpImage: string
  /** Names the deployment of a sandbox that was started before it had one (see `owner.ts`). Root alone reads and writes it. */
  readonly owner: string
  /** There once it is on its way out (see `leaving.ts`). Root alone reads and writes it. */
  readonly leaving: string
}

/** A new sandbox's id: short, because unix socket paths are, and without meaning, because a sandbox can see it. */
export function newSandboxId(): string {
  return randomBytes(5).toString('hex')
}

export function isSandboxId(name: string): boolean {
  return /^[0-9a-f]{10}$/.test(name)
}

export function sandboxesDir(dataDir: string): string {
  return join(dataDir, 'sandboxes')
}

export function sandboxPaths(dataDir: string, id: string): SandboxPaths {
  const folder = join(sandboxesDir(dataDir), id)
  const box = join(folder, 'box')
  return {
    folder,
    box,
    control: join(box, 'ctl.sock'),
    appSocket: join(box, 'app.sock'),
    socket: join(folder, 'app.sock'),
    tmp: join(folder, 'tmp'),
    tmpImage: `${folder}.ext4`,
    owner: join(folder, 'deployment'),
    leaving: join(folder, 'leaving'),
  }
}

/** unix(7): sun_path holds 108 bytes, the final NUL included. */
const SOCKET_PATH_BYTES = 107

/** @throws MicropushError `setup-incomplete` when the data folder's path is too long for the sockets below it. */
export function assertSocketPathsFit(dataDir: string): void {
  const longest = sandboxPaths(dataDir, newSandboxId()).control
  const excess = Buffer.byteLength(longest) - SOCKET_PATH_BYTES
  if (excess <= 0) return
  throw new MicropushError(
    'setup-incomplete',
    `MICROPUSH_DATA is ${excess} bytes too long: a unix socket's path holds ${SOCKET_PATH_BYTES} bytes. Choose a shorter folder.`,
  )
}
