import { createPrivateKey } from 'node:crypto'

/**
 * A private key in PEM form as PKCS #8, whichever form it came in: universal-github-app-jwt accepts PKCS #1, in which GitHub gives keys
 * out, on Node only by a fallback.
 *
 * @throws Error when it is no private key.
 */
export function asPkcs8(pem: string): string {
  return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString()
}
