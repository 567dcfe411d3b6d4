import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Language } from '../../runtimes/catalogue.ts'

const runtimesFolder = fileURLToPath(new URL('../../runtimes/', import.meta.url))

export interface SourceFile {
  readonly name: string
  readonly content: string
}

/** A language's loader, as it is in this checkout. */
export async function loaderSources(language: Language): Promise<SourceFile[]> {
  return readFolder(join(runtimesFolder, 'loader', language))
}

/** The packages of ours that a language's apps find: `deta/index.js`, `micropush/__init__.py`. */
export async function librarySources(language: Language): Promise<SourceFile[]> {
  return readFolder(join(runtimesFolder, 'lib', language))
}

/** Init's C sources. */
export async function initSources(): Promise<SourceFile[]> {
  return readFolder(join(runtimesFolder, 'init'))
}

async function readFolder(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const names = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('__pycache__'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  return Promise.all(
    names.toSorted().map(async (name) => ({ name, content: await readFile(join(folder, name), 'utf8') })),
  )
}

/** What goes into the thin layer of a sandbox's image. */
export interface SandboxSources {
  readonly loader: readonly SourceFile[]
  readonly library: readonly SourceFile[]
  readonly init: readonly SourceFile[]
}
