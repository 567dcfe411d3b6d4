import { createHash } from 'node:crypto'
import {
  chmodSync,
  lchownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  unlinkSync,
  type Stats,
} from 'node:fs'
import { join, posix } from 'node:path'
import { contentHash, type TreeEntry } from '../source/content-hash.ts'

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

/**
 * Makes what a builder left behind an artifact: owned by root, world-readable, no set-uid bits, no ways out. It is synchronous, because
 * that is five times quicker, and so it belongs in a worker thread.
 */
export function sealTree(request: SealRequest): Sealed {
  const removed: string[] = []
  const packages = new Map<string, number>()
  const seen = new Set<number>()
  const tree = new Map<string, TreeEntry>()
  const asRoot = process.getuid?.() === 0
  let bytes = 0
  let entries = 0

  const keep = (path: string, stats: Stats, mode: number) => {
    if (request.purpose === 'measure') return
    if (asRoot && (stats.uid !== 0 || stats.gid !== 0)) lchownSync(path, 0, 0)
    if (!stats.isSymbolicLink() && (stats.mode & 0o7777) !== mode) chmodSync(path, mode)
  }

  const visit = (path: string, below: string, stats: Stats) => {
    entries += 1
    if (stats.isDirectory()) {
      keep(path, stats, 0o755)
      tree.set(below, { kind: 'directory' })
      walk(path, below)
    } else if (stats.isFile()) {
      const mode = (stats.mode & 0o111) === 0 ? 0o644 : 0o755
      keep(path, stats, mode)
      if (request.purpose === 'hash') tree.set(below, { kind: 'file', mode, digest: digestOf(path) })
      if (stats.nlink > 1 && seen.has(stats.ino)) return
      seen.add(stats.ino)
      bytes += stats.size
      const name = packageOf(below)
      packages.set(name, (packages.get(name) ?? 0) + stats.size)
    } else if (stats.isSymbolicLink() && staysWithin(request, below, readlinkSync(path))) {
      keep(path, stats, 0)
      tree.set(below, { kind: 'link', target: readlinkSync(path) })
    } else {
      removed.push(below)
      if (request.purpose !== 'measure') unlinkSync(path)
    }
  }

  const walk = (dir: string, prefix: string) => {
    for (const name of readdirSync(dir)) {
      if (prefix === '' && name === request.except) continue
      const path = join(dir, name)
      visit(path, prefix === '' ? name : `${prefix}/${name}`, lstatSync(path))
    }
  }

  keep(request.root, lstatSync(request.root), 0o755)
  walk(request.root, '')
  return {
    bytes,
    entries,
    removed,
    packages: [...packages].map(([name, size]) => ({ name, bytes: size })).toSorted((a, b) => b.bytes - a.bytes),
    hash: request.purpose === 'hash' ? contentHash(tree) : undefined,
  }
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
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
