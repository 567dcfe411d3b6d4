import {
  closeSync,
  constants,
  fchmodSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
  chmodSync,
} from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { dirname, join, sep } from 'node:path'
import type { TreeEntry } from './content-hash.ts'
import { unsafe } from './entry-path.ts'
import { resolveLink, type LinkSteps } from './resolve-link.ts'

/** Files up to this size are written in one synchronous call, which is several times quicker than five hops to a thread. */
const SMALL_FILE_BYTES = 256 * 1024
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** To follow 50,000 links of twenty components each takes a second, and nobody has so many. */
const LINK_STEPS = 1_000_000

/** A file's content as it streams in; it has exactly `size` bytes. */
export interface FileContent {
  readonly size: number
  readonly mode: 0o644 | 0o755
  readonly chunks: AsyncIterable<Buffer>
}

/**
 * A tree that grows on disk below a fresh folder. Links are made last, when all are known, so nothing is ever written through one.
 * Every method throws MicropushError `source-unsafe` when an entry contradicts an earlier one.
 */
export class Layout {
  readonly tree = new Map<string, TreeEntry>()
  readonly #root: string
  readonly #links = new Map<string, string>()
  readonly #hardLinks = new Map<string, string>()

  constructor(root: string) {
    this.#root = root
  }

  directory(path: string): void {
    const known = this.tree.get(path)
    if (known?.kind === 'directory') return
    this.#claim(path)
    const dir = join(this.#root, path)
    mkdirSync(dir)
    // The process's umask must not decide who can read it.
    chmodSync(dir, 0o755)
    this.tree.set(path, { kind: 'directory' })
  }

  async file(path: string, content: FileContent): Promise<void> {
    this.#claim(path)
    const target = join(this.#root, path)
    const digest =
      content.size > SMALL_FILE_BYTES ? await writeLarge(target, content) : await writeSmall(target, content)
    this.tree.set(path, { kind: 'file', mode: content.mode, digest })
  }

  link(path: string, target: string): void {
    this.#claim(path)
    this.#links.set(path, target)
    this.tree.set(path, { kind: 'link', target })
  }

  /** `to` is another path of this tree, which must be a file. */
  hardLink(path: string, to: string): void {
    this.#claim(path)
    const target = this.tree.get(to)
    if (target?.kind !== 'file') throw unsafe(path, 'is a hard link to something that is not a file of the micro')
    this.#hardLinks.set(path, to)
    this.tree.set(path, target)
  }

  /** Makes the links, each checked twice: by the account of the archive, and by what is then on disk. */
  async finish(): Promise<void> {
    for (const [path, to] of this.#hardLinks) linkSync(join(this.#root, to), join(this.#root, path))
    const steps: LinkSteps = { left: LINK_STEPS }
    for (const path of this.#links.keys()) {
      const end = resolveLink(path, this.#links, steps)
      if (end === 'outside') throw leadsOut(path, this.#links)
      if (end === 'unknown') throw unsafe(path, 'is one of too many links, or leads through too many')
    }
    for (const [path, target] of this.#links) symlinkSync(target, join(this.#root, path))
    if (this.#links.size === 0) return
    const root = await realpath(this.#root)
    for (const path of this.#links.keys()) {
      const end = await realpathIfAny(join(this.#root, path))
      if (end !== undefined && end !== root && !end.startsWith(root + sep)) throw leadsOut(path, this.#links)
    }
  }

  #claim(path: string): void {
    if (this.tree.has(path)) throw unsafe(path, 'is in the archive twice')
    const parent = dirname(path)
    if (parent === '.') return
    const known = this.tree.get(parent)
    if (known === undefined) this.directory(parent)
    else if (known.kind !== 'directory') throw unsafe(path, 'lies below something that is not a folder')
  }
}

async function writeSmall(path: string, content: FileContent): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of content.chunks) chunks.push(chunk)
  const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
  const fd = openSync(path, CREATE, content.mode)
  try {
    fchmodSync(fd, content.mode)
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  } finally {
    closeSync(fd)
  }
  return createHash('sha256').update(bytes).digest('hex')
}

async function writeLarge(path: string, content: FileContent): Promise<string> {
  const hash = createHash('sha256')
  await using file = await open(path, CREATE, content.mode)
  await file.chmod(content.mode)
  for await (const chunk of content.chunks) {
    hash.update(chunk)
    await file.writeFile(chunk)
  }
  return hash.digest('hex')
}

function leadsOut(path: string, links: ReadonlyMap<string, string>) {
  return unsafe(path, `is a link to ${links.get(path) ?? 'a place'}, outside of the micro's folder`)
}

async function realpathIfAny(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    // A link to nothing, or in a circle, leads nowhere.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP'))
      return undefined
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined
    throw error
  }
}
