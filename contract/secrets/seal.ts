import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { MasterKey } from './master-key.ts'
import type { Scope } from './scope.ts'

/** NIST SP 800-38D, 8.2.2: 96 random bits, for at most 2^32 encryptions with one key. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Where a secret belongs. All of it is authenticated together with the value, so that a record is of no use in another one's place. */
export interface SecretPlace {
  /** `id:<number>`, or `name:<owner>/<repository>` while nobody has pushed to it yet. */
  readonly repository: string
  readonly scope: Scope
  /** The micro's name, or `*` for all of the repository. */
  readonly micro: string
  readonly name: string
}

/** A secret as Redis keeps it. */
export const sealedSecret = z.strictObject({
  v: z.literal(1),
  keyId: z.string(),
  repository: z.string(),
  setAtMs: z.number(),
  /** Of the value. */
  bytes: z.number(),
  nonce: z.base64(),
  sealed: z.base64(),
})

export type SealedSecret = Readonly<z.infer<typeof sealedSecret>>

/** Encrypts a value for one place, with AES-256-GCM. */
export function seal(key: MasterKey, place: SecretPlace, value: { text: string; setAtMs: number }): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(key), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(context(place, value.setAtMs))
  const plain = Buffer.from(value.text, 'utf8')
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return {
    v: 1,
    keyId: key.id,
    repository: place.repository,
    setAtMs: value.setAtMs,
    bytes: plain.length,
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
  }
}

/** @returns undefined when the record was changed, was made for another place, or with another key. */
export function unseal(key: MasterKey, place: SecretPlace, secret: SealedSecret): string | undefined {
  const sealed = Buffer.from(secret.sealed, 'base64')
  const nonce = Buffer.from(secret.nonce, 'base64')
  if (secret.keyId !== key.id || sealed.length < TAG_BYTES || nonce.length !== NONCE_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(key), nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(context(place, secret.setAtMs))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    // The one thing that `final` throws for: the tag does not fit.
    return undefined
  }
}

function sealingKey(key: MasterKey): Buffer {
  return key.derive('secrets', 32)
}

function context({ repository, scope, micro, name }: SecretPlace, setAtMs: number): Buffer {
  return Buffer.from(JSON.stringify(['micropush secret', 1, repository, micro, scope, name, setAtMs]))
}
