import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Language } from '../../../runtimes/catalogue.ts'
import type { VersionRequest } from './choose-runtime.ts'

interface Known {
  /** Names of the files in the micro's folder. */
  readonly names: ReadonlySet<string>
  /** package.json's `engines.node`. */
  readonly engine: string | undefined
}

interface VersionFile {
  readonly name: string
  readonly language: Language
  readonly kind: VersionRequest['kind']
  /** The part of the text that asks; undefined when it asks for nothing. */
  readonly find: (text: string) => string | undefined
}

/** The weightiest first: a file that is there for nothing else before a range that says what is possible. */
const files: readonly VersionFile[] = [
  { name: '.nvmrc', language: 'node', kind: 'version', find: firstLine },
  { name: '.node-version', language: 'node', kind: 'version', find: firstLine },
  { name: '.python-version', language: 'python', kind: 'version', find: firstLine },
  { name: 'runtime.txt', language: 'python', kind: 'version', find: firstLine },
  { name: 'pyproject.toml', language: 'python', kind: 'range', find: requiredPython },
]

/** More than any such file has; a longer pyproject.toml says it at its beginning. */
const READ_BYTES = 64 * 1024

/** What the files of a micro's folder ask for, of its language, the weightiest first. */
export async function readVersionRequests(dir: string, language: Language, known: Known): Promise<VersionRequest[]> {
  const requests: VersionRequest[] = []
  for (const file of files) {
    if (file.language !== language || !known.names.has(file.name)) continue
    const text = file.find(await readBeginning(join(dir, file.name)))
    if (text !== undefined) requests.push({ where: file.name, language, kind: file.kind, text })
  }
  if (language === 'node' && known.engine !== undefined) {
    requests.push({ where: 'engines.node in package.json', language, kind: 'range', text: known.engine })
  }
  return requests
}

/** The first line that is neither empty nor a comment; these tools use no other one either. */
export function firstLine(text: string): string | undefined {
  const lines = text.split(/\r?\n/).map(withoutComment)
  return lines.find((line) => line !== '')
}

/** `requires-python` of `[project]`, or Poetry's `python`. Read by a pattern: all else in the file is somebody else's concern. */
export function requiredPython(text: string): string | undefined {
  const project = section(text, 'project')
  const poetry = section(text, 'tool.poetry.dependencies')
  return (
    /^\s*requires-python\s*=\s*["']([^"']*)["']/m.exec(project)?.[1] ??
    /^\s*python\s*=\s*["']([^"']*)["']/m.exec(poetry)?.[1]
  )
}

/** The lines of a TOML table, up to the next one. */
function section(text: string, name: string): string {
  const lines = text.split(/\r?\n/)
  const start = lines.findIndex((line) => withoutComment(line) === `[${name}]`)
  if (start === -1) return ''
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => /^\s*\[/.test(line))
  return rest.slice(0, end === -1 ? undefined : end).join('\n')
}

/** A cut, because a pattern that looks for the line's end from each `#` takes the square of the line's length. */
function withoutComment(line: string): string {
  return (line.split('#', 1)[0] ?? '').trim()
}

/** What cannot be read, a link to nothing for instance, says nothing. */
async function readBeginning(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(READ_BYTES), position: 0 })
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '')
  } catch {
    return ''
  }
}
