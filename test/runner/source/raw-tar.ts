/** A header of tar as its bytes, with what no writer of archives would put there (POSIX.1-1988 ustar; GNU's manual, "Basic Tar Format"). */
export interface RawHeader {
  readonly name: string | Buffer
  /** The one character that says what it is: `0` file, `1` hard link, `2` symbolic link, `5` folder, `S` GNU sparse, `x` and `g` PAX. */
  readonly type?: string
  /** The size field as it stands there; octal of `content` when absent. */
  readonly size?: string | Buffer
  readonly mode?: string
  readonly linkname?: string
  readonly content?: string | Buffer
  readonly magic?: string
  readonly prefix?: string
  /** A checksum that is not that of the header. */
  readonly checksum?: string
}

const BLOCK = 512

/** One entry: its header, and its content padded to whole blocks. */
export function rawEntry(entry: RawHeader): Buffer {
  const content = Buffer.from(entry.content ?? '')
  const header = Buffer.alloc(BLOCK)
  header.set(Buffer.from(entry.name).subarray(0, 100), 0)
  header.write(entry.mode ?? '0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.set(Buffer.from(entry.size ?? `${content.length.toString(8).padStart(11, '0')}\0`), 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(entry.type ?? '0', 156)
  header.write(entry.linkname ?? '', 157)
  header.write(entry.magic ?? 'ustar\x0000', 257, 'latin1')
  header.write(entry.prefix ?? '', 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(entry.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)])
}

/** An archive of these entries, with the two empty blocks at its end. */
export function rawTar(entries: readonly RawHeader[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(2 * BLOCK)])
}

/** The records of a PAX header as its content. */
export function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([key, value]) => {
      const rest = ` ${key}=${value}\n`
      let length = Buffer.byteLength(rest)
      while (length !== Buffer.byteLength(`${length}${rest}`)) length = Buffer.byteLength(`${length}${rest}`)
      return Buffer.from(`${length}${rest}`)
    }),
  )
}
