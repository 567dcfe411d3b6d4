import { readdir, readFile, stat } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { z } from 'zod'
import { decodeText } from '../../../contract/text/decode-text.ts'
import { parseJson } from '../../../contract/text/parse-json.ts'
import { isFile } from '../is-file.ts'

/** What has to be seen of a micro's folder to say what Deta's users did before an upload. */
export interface LegacySource {
  /** Names of the files in the folder itself. */
  readonly names: ReadonlySet<string>
  readonly scripts: Readonly<Record<string, string>>
  /** package.json's `main`. */
  readonly main: string | undefined
  /** The first module that index.js loads from the repository and that is not there. */
  readonly missing: string | undefined
}

const LARGEST_BYTES = 256 * 1024

const manifestShape = z.looseObject({
  main: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).optional().catch(undefined),
})

/** What cannot be read counts as absent: whoever needs it after us says what is wrong with it. */
export async function readLegacySource(dir: string): Promise<LegacySource> {
  const found = await readdir(dir, { withFileTypes: true })
  const names = new Set(found.filter((one) => !one.isDirectory()).map(({ name }) => name))
  const manifest = manifestShape.safeParse(parseJson(await readSmall(join(dir, 'package.json')))).data
  return {
    names,
    scripts: manifest?.scripts ?? {},
    main: manifest?.main,
    missing: await firstMissing(dir, modulesOf(await readSmall(join(dir, 'index.js')))),
  }
}

async function readSmall(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true && found.size <= LARGEST_BYTES ? decodeText(await readFile(path)) : ''
}

const LOADED = /(?:\b(?:require|import)\s*\(\s*|\b(?:from|import)\s*)(["'`])(\.{1,2}\/[^"'`\n]{0,255})\1/g

/** The relative modules that a file names in its code; commented lines are left out. */
function modulesOf(text: string): string[] {
  const code = text
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line))
    .join('\n')
  return [...code.matchAll(LOADED)].flatMap(([, , name]) => (name === undefined ? [] : [name]))
}

const ENDINGS = ['', '.js', '.cjs', '.mjs', '.json', '.node', '/index.js', '/package.json']

async function firstMissing(dir: string, modules: readonly string[]): Promise<string | undefined> {
  for (const name of modules) {
    const path = normalize(name).replace(/\/$/, '')
    if (path.startsWith('..')) continue
    const there = await Promise.all(ENDINGS.map((ending) => isFile(dir, path + ending)))
    if (!there.includes(true)) return name
  }
  return undefined
}
