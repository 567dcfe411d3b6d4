import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { MicropushError } from './errors.ts'
import { readFileIfThere, writePrivateFile } from './private-file.ts'
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
