import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../errors.ts'
import type { Store } from '../store/connect.ts'

const KEY_BYTES = 32

/** The operator's one key. Nothing is encrypted with it itself: each use has a key derived from it (RFC 5869). */
export interface MasterKey {
  /** Says which key it is and nothing of what it is. */
  readonly id: string
  /** Bytes for one use; the same words give the same bytes as long as the key is the same. */
  derive(use: string, bytes: number): Buffer
}

export function masterKeyPath(dataDir: string): string {
  return join(dataDir, 'keys', 'master.key')
}

/**
 * The key that this installation's secrets are encrypted with, made at the first need. Once Redis knows which key is in use, no other one is
 * taken and none is made: what is encrypted would be lost without anybody being told.
 *
 * @throws MicropushError `setup-incomplete` when it is missing, is another one, or cannot be read.
 */
export async function openMasterKey(store: Store, dataDir: string): Promise<MasterKey> {
  const path = masterKeyPath(dataDir)
  const known = await store.redis.get(store.keys.masterKeyId)
  const bytes = (await readKey(path)) ?? (known === null ? await makeKey(path) : undefined)
  if (bytes === undefined) throw wrong(`The master key ${path} is missing, and secrets and keys were made with it.`)
  const key = masterKey(bytes)
  await store.redis.setnx(store.keys.masterKeyId, key.id)
  // Asked again: somebody else may have begun at the same moment.
  if ((await store.redis.get(store.keys.masterKeyId)) === key.id) return key
  throw wrong(`The master key ${path} is not the one that secrets and keys were made with.`)
}

/** @param bytes 32 of them. */
export function masterKey(bytes: Uint8Array): MasterKey {
  const derive = (use: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', `micropush ${use}`, length))
  return { id: derive('key id', 8).toString('hex'), derive }
}

async function readKey(path: string): Promise<Buffer | undefined> {
  let text: string
  try {
    if (((await stat(path)).mode & 0o077) !== 0)
      throw setup(`The master key ${path} can be read by other users. Make it yours alone: chmod 600 ${path}`)
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'EACCES' || code === 'EPERM')
      throw setup(`The master key ${path} cannot be read by this user. Run the command as root.`)
    throw error
  }
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== KEY_BYTES)
    throw wrong(`The master key ${path} is damaged: it must hold ${KEY_BYTES} bytes in base64.`)
  return bytes
}

/** Whole or not at all, and never over another one's. */
async function makeKey(path: string): Promise<Buffer | undefined> {
  const folder = join(path, '..')
  const draft = join(folder, `.${randomUUID()}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    await writeFile(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    await link(draft, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      throw setup(`The master key ${path} cannot be made by this user. Run the command as root.`)
    if (code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true }).catch(() => {
      // A folder that we cannot write to has no draft of ours.
    })
  }
  return readKey(path)
}

function setup(message: string): MicropushError {
  return new MicropushError('setup-incomplete', message)
}

function wrong(message: string): MicropushError {
  return setup(
    `${message} Put the right one back from your backup. If it is lost for good: micropush secrets reset forgets all secrets, and micros get new keys.`,
  )
}
