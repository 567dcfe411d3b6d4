import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, type KeyObject } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { MicropushError } from '../../contract/errors.ts'
import { writePrivateFile } from '../../contract/private-file.ts'
import { parseJson } from '../../contract/text/parse-json.ts'

const stored = z.strictObject({
  appId: z.number().int(),
  clientId: z.string(),
  slug: z.string(),
  name: z.string(),
  webhookSecret: z.string().min(1),
  createdAt: z.string(),
  // What only an App has that was made from a manifest, or whose webhook was changed.
  description: z.string().optional(),
  externalUrl: z.string().optional(),
  webhookUrl: z.string().optional(),
  setupUrl: z.string().optional(),
  owner: z.object({ login: z.string(), type: z.enum(['User', 'Organization']) }).optional(),
  grant: z.object({ permissions: z.record(z.string(), z.string()), events: z.array(z.string()) }).optional(),
})

/** An App as it is kept. */
export type StoredApp = Readonly<z.infer<typeof stored>>

/** What GitHub keeps of an App: it verifies with the public key, and has no private one. */
export interface AppIdentity extends StoredApp {
  readonly publicKey: KeyObject
}

/** What the bot needs of an App, as in its environment: `APP_ID`, `PRIVATE_KEY_PATH`, `WEBHOOK_SECRET`. */
export interface AppCredentials {
  readonly appId: number
  readonly privateKeyPath: string
  readonly webhookSecret: string
}

const files = (dataDir: string) => ({
  json: join(dataDir, 'forge', 'app.json'),
  pem: join(dataDir, 'forge', 'app.pem'),
})

/**
 * The forge's one App, made at the first start; its files can be read by their owner only.
 *
 * @throws MicropushError `setup-incomplete` when the files were damaged.
 */
export async function openApp(dataDir: string): Promise<AppIdentity> {
  const { json, pem } = files(dataDir)
  // Others have folders in the data folder too; only this one is closed.
  await mkdir(dataDir, { recursive: true })
  await mkdir(join(dataDir, 'forge'), { recursive: true, mode: 0o700 })
  const known = await readApp(json)
  if (known !== undefined) return { ...known, publicKey: await readPublicKey(pem) }

  const privateKey = await makeKey('pkcs8')
  const app = {
    appId: 100_000 + randomBytes(3).readUIntBE(0, 3),
    clientId: `Iv23li${randomBytes(7).toString('hex')}`,
    slug: 'micropush',
    name: 'micropush',
    webhookSecret: randomBytes(32).toString('hex'),
    createdAt: `${new Date().toISOString().slice(0, 19)}Z`,
  }
  await saveApp(dataDir, app, privateKey)
  return { ...app, publicKey: publicKeyOf(privateKey) }
}

/** A new private key in PEM form; GitHub gives keys out as PKCS #1. */
export async function makeKey(type: 'pkcs1' | 'pkcs8'): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type, format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return privateKey
}

export function publicKeyOf(privateKey: string): KeyObject {
  return createPublicKey(createPrivateKey(privateKey))
}

/** Keeps an App and its key in place of the former one. */
export async function saveApp(dataDir: string, app: StoredApp, privateKey: string): Promise<void> {
  await writePrivateFile(files(dataDir).pem, privateKey)
  // Last, because its presence says that the App is complete.
  await keepApp(dataDir, app)
}

/** Keeps what changed of an App, whose key stays. */
export async function keepApp(dataDir: string, app: StoredApp): Promise<void> {
  const kept = z.object(stored.shape).parse(app)
  await writePrivateFile(files(dataDir).json, `${JSON.stringify(kept, undefined, 2)}\n`)
}

/**
 * The credentials that a bot uses with this forge.
 *
 * @throws MicropushError `setup-incomplete` when the forge was never started with this data folder.
 */
export async function readAppCredentials(dataDir: string): Promise<AppCredentials> {
  const { json, pem } = files(dataDir)
  const app = await readApp(json)
  if (app === undefined) {
    throw new MicropushError('setup-incomplete', 'The forge has no App yet. Start the forge once, it makes its own.')
  }
  return { appId: app.appId, privateKeyPath: pem, webhookSecret: app.webhookSecret }
}

async function readApp(path: string): Promise<z.infer<typeof stored> | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const parsed = stored.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new MicropushError(
    'setup-incomplete',
    "The forge's app.json cannot be read. Restore it, or remove it together with app.pem; a new App is made then.",
    { cause: parsed.error },
  )
}

async function readPublicKey(path: string): Promise<KeyObject> {
  try {
    return createPublicKey(createPrivateKey(await readFile(path, 'utf8')))
  } catch (error) {
    throw new MicropushError(
      'setup-incomplete',
      "The forge's app.pem is missing or damaged. Restore it, or remove it together with app.json; a new App is made then.",
      { cause: error },
    )
  }
}
