import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { MicropushError } from '../../contract/errors.ts'
import { contentHash } from './content-hash.ts'
import { safeComponents, unsafe } from './entry-path.ts'
import { Layout } from './layout.ts'
import { watchForPointer } from './lfs-pointer.ts'
import { SourceBudget } from './source-budget.ts'

export interface Source {
  readonly dir: string
  /** SHA-256 of the content, the same for the same files whenever and however they came. */
  readonly hash: string
  readonly bytes: number
  readonly entries: number
  /** Files that Git LFS keeps elsewhere. */
  readonly pointers: readonly string[]
}

export interface UnpackInput {
  readonly folder: string
  readonly intoDir: string
  readonly maxBytes: number
  readonly maxEntries: number
}

/** A whole repository may be this large when the micro is one folder of it. */
const REPOSITORY_BYTES = 2 * 1024 ** 3
const REPOSITORY_ENTRIES = 500_000
/** Tar pads each entry to 512 bytes and may put a header and an extended header before it. */
const OVERHEAD_BYTES = 4096
/** symlink(2) takes no longer one: PATH_MAX less the final NUL. */
const TARGET_BYTES = 4095

/**
 * Unpacks a gzipped tarball with one top folder, which is stripped, into the empty folder `intoDir`. Files are 0644 or 0755.
 *
 * @throws MicropushError as `fetchSource` says, or whatever gunzip, the tar parser or the file system throw
 */
export async function unpack(stream: Readable, input: UnpackInput, signal: AbortSignal): Promise<Source> {
  const layout = new Layout(input.intoDir)
  const budget = new SourceBudget(input)
  const parser = extract()
  const entries = parser[Symbol.asyncIterator]()
  const flow = pipeline(stream, createGunzip(), bounded(input), parser, { signal })
  // It is awaited below; an error that comes before that must not count as unhandled.
  flow.catch(() => {})
  let found = input.folder === '.'
  let top: string | undefined
  const pointers: string[] = []
  let count = 0
  for await (const entry of { [Symbol.asyncIterator]: () => entries }) {
    if (++count > REPOSITORY_ENTRIES) throw repositoryTooLarge(`${REPOSITORY_ENTRIES} files`)
    const [first, ...below] = safeComponents(entry.header.name)
    top ??= first
    if (first === undefined || first !== top) throw notOneFolder()
    const path = within(below, input.folder)
    if (path === undefined) entry.resume()
    else found = (await place(entry, path, { layout, budget, pointers, top, folder: input.folder })) || found
  }
  await flow
  if (top === undefined) throw notOneFolder()
  if (!found) throw folderMissing(input.folder)
  await layout.finish()
  const { bytes } = budget
  return { dir: input.intoDir, hash: contentHash(layout.tree), bytes, entries: layout.tree.size, pointers }
}

interface Entry extends AsyncIterable<unknown> {
  readonly header: Header
  resume(): unknown
}

interface Placement {
  readonly layout: Layout
  readonly budget: SourceBudget
  readonly pointers: string[]
  readonly top: string
  readonly folder: string
}

/** Puts one entry where it belongs; false for the micro's own folder when it is not a folder at all. */
async function place(
  entry: Entry,
  path: string,
  { layout, budget, pointers, top, folder }: Placement,
): Promise<boolean> {
  const { header } = entry
  if (path === '') {
    entry.resume()
    if (header.type === 'directory') return true
    if (folder === '.') throw notOneFolder()
    throw folderMissing(folder)
  }
  switch (header.type) {
    case 'directory':
      entry.resume()
      layout.directory(path)
      break
    case 'file':
    case 'contiguous-file': {
      const size = header.size ?? 0
      budget.file(path, size)
      const mode = ((header.mode ?? 0) & 0o111) === 0 ? 0o644 : 0o755
      const onPointer = () => void pointers.push(path)
      const chunks = watchForPointer(entry as AsyncIterable<Buffer>, { size, onPointer })
      await layout.file(path, { size, mode, chunks })
      break
    }
    case 'symlink':
      entry.resume()
      layout.link(path, linkTarget(path, header.linkname))
      break
    case 'link': {
      entry.resume()
      const [first, ...below] = safeComponents(linkTarget(path, header.linkname))
      const to = first === top ? within(below, folder) : undefined
      if (to === undefined) throw unsafe(path, "is a hard link to something outside of the micro's folder")
      layout.hardLink(path, to)
      break
    }
    case 'block-device':
    case 'character-device':
    case 'fifo':
    default:
      // The parser gives null for types that it does not know.
      throw unsafe(path, `is a ${header.type ?? 'special file'}`)
  }
  budget.entries(layout.tree.size)
  return true
}

function linkTarget(path: string, target: string | null | undefined): string {
  if (!target || target.includes('\0')) throw unsafe(path, 'is a link to nothing')
  if (Buffer.byteLength(target) > TARGET_BYTES) throw unsafe(path, `is a link to more than ${TARGET_BYTES} bytes`)
  return target
}

/** The path below the micro's folder, empty for the folder itself, undefined for what is elsewhere. */
function within(components: readonly string[], folder: string): string | undefined {
  const path = components.join('/')
  if (folder === '.' || path === folder) return folder === '.' ? path : ''
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
}

/** Passes bytes on and stops a stream that unpacks to more than any repository may have, whatever the headers claim. */
function bounded({ folder, maxBytes, maxEntries }: UnpackInput): Transform {
  const most = folder === '.' ? maxBytes + maxEntries * OVERHEAD_BYTES : REPOSITORY_BYTES
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      if (seen > most) done(repositoryTooLarge(`${Math.floor(most / 1024 ** 2)} MB`))
      else done(null, chunk)
    },
  })
}

function repositoryTooLarge(than: string): MicropushError {
  return new MicropushError(
    'source-too-large',
    `The repository unpacks to more than ${than}. Remove what is not needed.`,
  )
}

function notOneFolder(): MicropushError {
  return new MicropushError('source-damaged', 'The source archive is not one folder. It will be fetched again.')
}

function folderMissing(folder: string): MicropushError {
  return new MicropushError(
    'entry-missing',
    `The folder ${folder} is not in this commit. Commit it, or correct \`src\` in the micro config file.`,
  )
}
