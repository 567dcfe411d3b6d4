import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  unlinkSync,
  type Stats,
} from 'node:fs'
import { join, posix } from 'node:path'
import { setImmediate as othersTurn } from 'node:timers/promises'
import { MicropushError } from '../../../contract/errors.ts'
import { contentHash, type TreeEntry } from '../../source/content-hash.ts'

export interface SealRequest {
  /** The folder on the host. */
  readonly root: string
  /** Where it will be mounted, and the folder that its links may not leave. */
  readonly mountPoint: string
  readonly linksWithin: string
  /** A name in the root folder that is no part of this tree. */
  readonly except?: string
  /** `measure` changes nothing; `seal` gives everything to root and makes it readable; `hash` also hashes the content. */
  readonly purpose: 'measure' | 'seal' | 'hash'
}

export interface Sealed {
  /** Bytes of the files, hard links counted once. */
  readonly bytes: number
  readonly entries: number
  /** Links that lead out, and sockets, pipes and devices: they were removed. */
  readonly removed: readonly string[]
  /** Bytes of each package, that is, of each part of the root folder. */
  readonly packages: readonly { readonly name: string; readonly bytes: number }[]
  /** SHA-256 of the content, when asked for. */
  readonly hash: string | undefined
}

/** Entries handled before others get their turn: about two milliseconds. */
const SLICE = 200
/** More than anybody may have: a measurement that has seen so many need not see the rest. */
const MEASURED_ENTRIES = 1_000_000
const READ_BYTES = 1024 * 1024

/**
 * Makes what a builder left behind an artifact: owned by root, world-readable, no set-uid bits, no ways out. Each call to the file
 * system is synchronous, which is several times quicker than a hop to a thread for each, but requests are served between slices of them.
 *
 * @throws MicropushError `install-failed` for a path that is too long to be used, or a root that is no folder
 */
export async function sealTree(request: SealRequest): Promise<Sealed> {
  const found: Found = { bytes: 0, entries: 0, removed: [], packages: new Map(), seen: new Set(), tree: new Map() }
  const stats = lstatSync(request.root)
  // A stranger's script can put a link there: behind it, root would give away files of the host.
  if (!stats.isDirectory()) {
    throw new MicropushError(
      'install-failed',
      `${request.mountPoint} is not a folder but a link or a file; leave it a folder.`,
    )
  }
  keep(request, request.root, { stats, mode: 0o755 })
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of attempt(request, [], () => readdirSync(join(request.root, folder ?? '')))) {
      if (folder === '' && name === request.except) continue
      const path = folder === '' ? name : `${folder}/${name}`
      found.entries += 1
      if (request.purpose === 'measure' && found.entries > MEASURED_ENTRIES) return sealed(request, found)
      if (found.entries % SLICE === 0) await othersTurn()
      if (await visit(request, path, found)) folders.push(path)
    }
  }
  return sealed(request, found)
}

function sealed(request: SealRequest, found: Found): Sealed {
  return {
    bytes: found.bytes,
    entries: found.entries,
    removed: found.removed,
    packages: [...found.packages].map(([name, bytes]) => ({ name, bytes })).toSorted((a, b) => b.bytes - a.bytes),
    hash: request.purpose === 'hash' ? contentHash(found.tree) : undefined,
  }
}

interface Found {
  bytes: number
  entries: number
  readonly removed: string[]
  readonly packages: Map<string, number>
  /** Inodes of files with several names. */
  readonly seen: Set<number>
  readonly tree: Map<string, TreeEntry>
}

/** Deals with one entry; true for a folder, whose entries come later. */
async function visit(request: SealRequest, path: string, found: Found): Promise<boolean> {
  const onDisk = join(request.root, path)
  const stats = attempt(request, undefined, () => lstatSync(onDisk))
  if (stats === undefined) return false
  if (stats.isDirectory()) {
    keep(request, onDisk, { stats, mode: 0o755 })
    found.tree.set(path, { kind: 'directory' })
    return true
  }
  if (stats.isFile()) {
    const mode = (stats.mode & 0o111) === 0 ? 0o644 : 0o755
    keep(request, onDisk, { stats, mode })
    if (request.purpose === 'hash') found.tree.set(path, { kind: 'file', mode, digest: await digestOf(onDisk) })
    count(path, stats, found)
    return false
  }
  if (request.purpose === 'measure') return false
  const target = stats.isSymbolicLink() ? readlinkSync(onDisk) : undefined
  if (target !== undefined && staysWithin(request, path, target)) {
    keep(request, onDisk, { stats, mode: 'as it is' })
    found.tree.set(path, { kind: 'link', target })
    return false
  }
  found.removed.push(path)
  unlinkSync(onDisk)
  return false
}

/** What is measured still changes: what cannot be looked at by now counts for nothing, or a measurement would never end well. */
function attempt<T>({ purpose }: SealRequest, otherwise: T, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (purpose === 'measure') return otherwise
    switch (error instanceof Error && 'code' in error ? error.code : undefined) {
      case 'ENAMETOOLONG':
        throw new MicropushError(
          'install-failed',
          'Folders were nested so deep that their path is longer than 4096 bytes.',
        )
      case 'ENOENT':
        // Nobody writes any more, so a name that was listed and is not found was changed by decoding it.
        throw new MicropushError(
          'install-failed',
          'A file was made whose name is not UTF-8 text; give it another name.',
        )
      default:
        throw error
    }
  }
}

function count(path: string, stats: Stats, found: Found): void {
  if (stats.nlink > 1) {
    if (found.seen.has(stats.ino)) return
    found.seen.add(stats.ino)
  }
  found.bytes += stats.size
  const name = packageOf(path)
  found.packages.set(name, (found.packages.get(name) ?? 0) + stats.size)
}

interface Keeping {
  readonly stats: Stats
  /** A link has no mode of its own. */
  readonly mode: number | 'as it is'
}

function keep(request: SealRequest, onDisk: string, { stats, mode }: Keeping): void {
  if (request.purpose === 'measure') return
  // Only root can give files away; elsewhere, as in a test of a person without rights, they stay whose they are.
  if (process.getuid?.() === 0 && (stats.uid !== 0 || stats.gid !== 0)) lchownSync(onDisk, 0, 0)
  if (mode !== 'as it is' && (stats.mode & 0o7777) !== mode) chmodSync(onDisk, mode)
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, length))
      if (length === READ_BYTES) await othersTurn()
    }
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}

/** Whether a link, read as it will be where the tree is mounted, leads to somewhere inside. */
function staysWithin({ mountPoint, linksWithin }: SealRequest, below: string, target: string): boolean {
  const end = posix.resolve(posix.dirname(posix.join(mountPoint, below)), target)
  return end === linksWithin || end.startsWith(`${linksWithin}/`)
}

/** `@scope/name`, `name`, or what pnpm calls `.pnpm/name@version`. */
function packageOf(path: string): string {
  const [first = '', second, third] = path.split('/')
  if (first === '.pnpm' && second !== undefined && third !== undefined) return second.replaceAll('+', '/')
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first
}
