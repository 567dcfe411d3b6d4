import { crc32 } from 'node:zlib'

/** Midnight of 1980-01-01, the earliest that a zip can say: the same files make the same bytes. */
const DATE = 0x21
const VERSION = 20
const REGULAR_FILE_MODE = 0o100644

interface Packed {
  readonly name: Buffer
  readonly data: Buffer
  readonly at: number
}

/** A zip archive of these files, by their path, uncompressed (PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  const packed: Packed[] = []
  let at = 0
  for (const [path, text] of Object.entries(files)) {
    const one = { name: Buffer.from(path), data: Buffer.from(text), at }
    const local = Buffer.concat([signature(0x04034b50), common(one), one.name, one.data])
    packed.push(one)
    parts.push(local)
    at += local.length
  }
  const directory = Buffer.concat(packed.map(directoryEntry))
  return Buffer.concat([...parts, directory, end(packed.length, { at, size: directory.length })])
}

function directoryEntry(one: Packed): Buffer {
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE((REGULAR_FILE_MODE << 16) >>> 0, 6)
  rest.writeUInt32LE(one.at, 10)
  // The upper byte says that attributes are those of a Unix.
  const madeBy = Buffer.from([VERSION, 3])
  return Buffer.concat([signature(0x02014b50), madeBy, common(one), rest, one.name])
}

/** What both headers say: 26 bytes from `version needed` to `extra field length`. */
function common({ name, data }: Packed): Buffer {
  const header = Buffer.alloc(26)
  header.writeUInt16LE(VERSION, 0)
  header.writeUInt16LE(DATE, 8)
  header.writeUInt32LE(crc32(data), 10)
  header.writeUInt32LE(data.length, 14)
  header.writeUInt32LE(data.length, 18)
  header.writeUInt16LE(name.length, 22)
  return header
}

function end(count: number, directory: { readonly at: number; readonly size: number }): Buffer {
  const record = Buffer.alloc(18)
  record.writeUInt16LE(count, 4)
  record.writeUInt16LE(count, 6)
  record.writeUInt32LE(directory.size, 8)
  record.writeUInt32LE(directory.at, 12)
  return Buffer.concat([signature(0x06054b50), record])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
