import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { MicropushError } from './errors.ts'
import { parseJson } from './text/parse-json.ts'

const secret = z.string().min(16)

const stored = z.strictObject({
  v: z.literal(1),
  webUrl: z.url(),
  apiUrl: z.url(),
  /** Where GitHub reaches the bot. */
  botUrl: z.url(),
  appId: z.number().int().positive(),
  slug: z.string(),
  name: z.string(),
  owner: z.string(),
  /** The App's page; where it is installed is `/installations/new` below. */
  htmlUrl: z.url(),
  privateKey: z.string().includes('PRIVATE KEY'),
  webhookSecret: secret,
  /** A rotation that was ordered: accepted already, and not yet told to GitHub. */
  next: z.strictObject({ webhookSecret: secret, graceMs: z.number().int().nonnegative() }).optional(),
  /** The secret before a rotation, accepted until this time, in milliseconds since 1970. */
  former: z.strictObject({ webhookSecret: secret, untilMs: z.number().int() }).optional(),
})

/** The GitHub App that was made through the bot's page, with its key and its webhook secrets. */
export type StoredGitHubApp = Readonly<z.infer<typeof stored>>

/** The folder that belongs to the bot alone, for what it must keep of GitHub. */
export function githubFolder(dataDir: string): string {
  return join(dataDir, 'github')
}

/** The file of the App. */
export function githubAppFile(dataDir: string): string {
  return join(githubFolder(dataDir), 'app.json')
}

/** The file of the secret that opens `/setup` once. */
export function setupTokenFile(dataDir: string): string {
  return join(githubFolder(dataDir), 'setup-token')
}

/**
 * The App that was connected; undefined when none was.
 *
 * @throws MicropushError `setup-incomplete` when the file cannot be read or was damaged.
 */
export async function readGitHubApp(dataDir: string): Promise<StoredGitHubApp | undefined> {
  const path = githubAppFile(dataDir)
  const text = await readFileIfThere(path)
  if (text === undefined) return undefined
  const parsed = stored.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'its form').join(', ')
  throw new MicropushError(
    'setup-incomplete',
    `${path} is damaged (${fields}). Restore it from a backup, or remove it and connect micropush to GitHub anew.`,
  )
}

/** Keeps the App: all of it or nothing, on disk when this resolves, and to be read by the bot's user alone. */
export async function writeGitHubApp(dataDir: string, app: StoredGitHubApp): Promise<void> {
  await writePrivateFile(githubAppFile(dataDir), `${JSON.stringify(stored.parse(app), undefined, 2)}\n`)
}

/**
 * The secret that opens `/setup` once, made when there is none: the bot prints it, and so does `micropush connect`.
 *
 * @throws MicropushError `setup-incomplete` when its file may not be read.
 */
export async function ensureSetupToken(dataDir: string): Promise<string> {
  const path = setupTokenFile(dataDir)
  const known = (await readFileIfThere(path))?.trim() ?? ''
  if (known !== '') return known
  const token = randomBytes(32).toString('base64url')
  await writePrivateFile(path, `${token}\n`)
  return token
}

/** The page on which the bot is connected to GitHub, with the secret that opens it. */
export function setupLink(botUrl: string, token: string): string {
  return `${botUrl}/setup?token=${token}`
}

/**
 * A file's text; undefined when there is none.
 *
 * @throws MicropushError `setup-incomplete` when it may not be read.
 */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new MicropushError('setup-incomplete', `${path} cannot be read.`, { cause })
  }
}

/**
 * Writes a file of mode 0600 in place of what was there, owned as its folder is: root may write what the bot's own user reads.
 * The folder is made when it is missing.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    const { uid, gid } = await stat(folder)
    if (uid !== process.getuid?.()) await chown(draft, uid, gid)
    await rename(draft, path)
    await syncFolder(folder)
  } finally {
    await rm(draft, { force: true })
  }
}

/** A rename is on disk when its folder is (fsync(2)). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
