import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { MicropushError } from '../../contract/errors.ts'
import { languageOfFile } from './find-entry.ts'
import { isFile } from './is-file.ts'
import { startScriptFile } from './start-script.ts'

/** What has to be known of a micro's folder to say how it starts. */
export interface MicroFiles {
  /** Names of the files in the folder itself, links to files among them. */
  readonly names: ReadonlySet<string>
  readonly manifest: Manifest | undefined
  /** The file that package.json's `main` means, when it exists. */
  readonly mainFile: string | undefined
  /** The file that a plain `node file` start script starts, when it exists. */
  readonly startFile: string | undefined
  readonly hasPythonManifest: boolean
  readonly namedEntryExists: boolean
}

interface Manifest {
  readonly main?: string
  readonly start?: string
  /** `engines.node` */
  readonly engine?: string
}

const MANIFEST_BYTES = 4 * 1024 * 1024

/** Only what is looked at; a package.json may hold anything else. */
const manifestShape = z.looseObject({
  main: z.string().optional().catch(undefined),
  scripts: z
    .looseObject({ start: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  engines: z
    .looseObject({ node: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** @throws MicropushError `config-invalid` for a package.json that is not a JSON object. */
export async function readMicroFiles(dir: string, namedEntry: string | undefined): Promise<MicroFiles> {
  const found = await readdir(dir, { withFileTypes: true })
  const names = new Set(found.filter((one) => !one.isDirectory()).map(({ name }) => name))
  const manifest = names.has('package.json') ? await readManifest(join(dir, 'package.json')) : undefined
  const named = startScriptFile(manifest?.start)
  return {
    names,
    manifest,
    mainFile: manifest?.main === undefined ? undefined : await moduleFile(dir, manifest.main),
    startFile: named === undefined ? undefined : await moduleFile(dir, named),
    hasPythonManifest: ['requirements.txt', 'pyproject.toml', 'Pipfile'].some((name) => names.has(name)),
    namedEntryExists: namedEntry !== undefined && (await isFile(dir, namedEntry)),
  }
}

async function readManifest(path: string): Promise<Manifest> {
  if ((await stat(path)).size > MANIFEST_BYTES) throw new MicropushError('config-invalid', 'package.json is too large.')
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  const parsed = manifestShape.safeParse(parseJson(text))
  if (!parsed.success) throw new MicropushError('config-invalid', 'package.json is not a JSON object.')
  const { main, scripts, engines } = parsed.data
  return {
    ...(main ? { main } : {}),
    ...(scripts?.start ? { start: scripts.start } : {}),
    ...(engines?.node ? { engine: engines.node } : {}),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MicropushError(
      'config-invalid',
      `package.json is not valid JSON: ${cause instanceof Error ? cause.message : 'it cannot be read'}.`,
      { cause },
    )
  }
}

/** The file that Node.js takes for a name: `server` may be server.js or server/index.js. */
async function moduleFile(dir: string, name: string): Promise<string | undefined> {
  const path = name.replace(/^\.\//, '').replace(/\/$/, '')
  for (const candidate of [path, `${path}.js`, `${path}/index.js`]) {
    if (languageOfFile(candidate) === 'node' && (await isFile(dir, candidate))) return candidate
  }
  return undefined
}
