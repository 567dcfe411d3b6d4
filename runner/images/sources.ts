import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

/** Init's C sources. */
export async function initSources(): Promise<SourceFile[]> {
  return readFolder(join(runtimesFolder, 'init'))
}

async function readFolder(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  return Promise.all(
    names.toSorted().map(async (name) => ({ name, content: await readFile(join(folder, name), 'utf8') })),
  )
}

/** What goes into the thin layer of a sandbox's image. */
export interface SandboxSources {
  readonly loader: readonly SourceFile[]
  readonly init: readonly SourceFile[]
}
