import { MicropushError } from '../../contract/errors.ts'

const PATH_BYTES = 1024
const NAME_BYTES = 255
const LEVELS = 100

/**
 * A name out of an archive as path components, without a leading `./` or a trailing slash.
 *
 * @throws MicropushError `source-unsafe` for a name that could lead elsewhere or that tools would read in different ways
 */
export function safeComponents(name: string): readonly string[] {
  if (name.includes('\0')) throw unsafe(name, 'has a NUL byte in its name')
  // The parser's mark for bytes that are no UTF-8: the file would have another name than the app asks for.
  if (name.includes('\uFFFD')) throw unsafe(name, 'has a name that is not UTF-8')
  if (name.startsWith('/')) throw unsafe(name, 'is an absolute path')
  if (name.includes('\\')) throw unsafe(name, 'has a backslash in its name')
  if (Buffer.byteLength(name) > PATH_BYTES) throw unsafe(name, `has a path longer than ${PATH_BYTES} bytes`)
  const components = name.split('/').filter((part) => part !== '' && part !== '.')
  if (components.includes('..')) throw unsafe(name, 'has `..` in its path')
  if (components.length > LEVELS) throw unsafe(name, `lies more than ${LEVELS} folders deep`)
  if (components.some((part) => Buffer.byteLength(part) > NAME_BYTES)) throw unsafe(name, 'has too long a name')
  return components
}

/** The error about one entry; `why` completes the sentence that begins with the entry's name. */
export function unsafe(name: string, why: string): MicropushError {
  return new MicropushError(
    'source-unsafe',
    `${printable(name)} ${why}, which is not allowed. Remove it and push again.`,
  )
}

/** A name out of an archive as it may stand in a message: control characters escaped, its length bounded. */
export function printable(name: string): string {
  const text = JSON.stringify(name).slice(1, -1)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
