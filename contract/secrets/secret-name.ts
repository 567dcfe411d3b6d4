import { ENV_NAME, RESERVED_ENV } from '../config/fields/read-env.ts'

export const MOST_NAME_CHARACTERS = 255
export const MOST_SECRET_BYTES = 64 * 1024
/** Of one micro, those for all of the repository's micros included. */
export const MOST_SECRETS = 256
/** All of one micro's together. The kernel takes 2 MB of arguments and environment (execve(2)), and half of it is the app's own. */
export const MOST_SECRET_BYTES_TOGETHER = 1024 * 1024

/** What is wrong with a name, in words that follow it; undefined when it can be a secret's. */
export function faultOfSecretName(name: string): string | undefined {
  if (RESERVED_ENV.test(name)) return 'is set by micropush; choose another name'
  if (!ENV_NAME.test(name)) return 'cannot be the name of a secret; use letters, digits and "_", not a digit first'
  return name.length > MOST_NAME_CHARACTERS ? 'is too long for a name' : undefined
}

/** What is wrong with a value, in words that follow "it"; undefined when an environment can carry it. */
export function faultOfSecretValue(value: string): string | undefined {
  if (value === '') return 'is empty; a secret that is not needed any more is removed'
  if (value.includes('\0')) return 'holds a NUL character, which no environment can carry'
  const bytes = Buffer.byteLength(value)
  return bytes > MOST_SECRET_BYTES ? `has ${bytes} bytes, ${MOST_SECRET_BYTES} are the most` : undefined
}
