import { createHash } from 'node:crypto'
import { zip } from './zip.ts'

/** Where a builder finds the wheels of ours. */
export const WHEELS = '/opt/micropush/wheels'

/** The releases that the library had; a package that pins one of them gets ours under that number. */
export const detaVersions = ['0.5', '0.6', '0.7', '0.8', '0.9', '1.0.0', '1.0.1', '1.1.0', '1.2.0'] as const

/** A file in our package's metadata by which it is told from others of the name. */
export const MARK = 'micropush'

/** No index can have such a version: a label behind the `+` is for packages of one's own (PEP 440, "Local version identifiers"). */
export function ownVersion(version: string): string {
  return `${version}+micropush`
}

/**
 * A wheel (PyPA, "Binary distribution format") that meets a requirement for `deta` of this version. It holds metadata alone: the library
 * itself is part of the sandbox's image, so that a micro always runs with the one that fits its runner.
 */
export function detaWheel(version: string): Buffer {
  const own = ownVersion(version)
  const info = `deta-${own}.dist-info`
  const metadata = ['Metadata-Version: 2.1', 'Name: deta', `Version: ${own}`, 'Summary: The deta library of micropush']
  const files = {
    [`${info}/METADATA`]: `${[...metadata, 'Provides-Extra: async'].join('\n')}\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: micropush\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/${MARK}`]: 'The library is part of the runtime.\n',
  }
  const record = [...Object.keys(files), `${info}/RECORD`].map((path) => `${path},,\n`).join('')
  return zip({ ...files, [`${info}/RECORD`]: record })
}

/** As options of a line in a requirements file. */
export function detaHashes(): string[] {
  return detaVersions.map((version) => `--hash=sha256:${createHash('sha256').update(detaWheel(version)).digest('hex')}`)
}
