import type { MasterKey } from '../../contract/secrets/master-key.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_CHARACTERS = 12
const SECRET_CHARACTERS = 32

interface KeyHolder {
  readonly repositoryId: number
  readonly micro: string
  /** `production`, `preview`, or one pull request. */
  readonly holder: string
}

/**
 * A micro's own key, `<id>_<secret>`: the same for every deployment of it, whatever its repository is called, and another one for previews.
 * Derived, so that nothing is stored that could be read, or lost. The form is that of Deta's project keys, whose client libraries take
 * what stands before the underscore for the project's id.
 */
export function microKeyOf(key: MasterKey, { repositoryId, micro, holder }: KeyHolder): string {
  const bytes = key.derive(`micro key ${repositoryId}/${micro}/${holder}`, 8 * (ID_CHARACTERS + SECRET_CHARACTERS))
  const text = Array.from({ length: ID_CHARACTERS + SECRET_CHARACTERS }, (_, at) => character(bytes, at)).join('')
  return `${text.slice(0, ID_CHARACTERS).toLowerCase()}_${text.slice(ID_CHARACTERS)}`
}

/** Of 64 bits each, so that no letter is likelier than another one by anything that matters. */
function character(bytes: Buffer, at: number): string {
  return ALPHABET[Number(bytes.readBigUInt64BE(8 * at) % BigInt(ALPHABET.length))] ?? ''
}
