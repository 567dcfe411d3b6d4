import { faultOfSecretName, MOST_SECRETS } from '../../secrets/secret-name.ts'
import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { kindInWords, type Value } from '../document/tree.ts'

/** Names of secrets that a micro cannot do without. `null` is an empty list, for files in which every line of it is commented out. */
export function readSecrets(value: Value | undefined, findings: Findings): string[] {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return []
  if (value.kind !== 'list') {
    const where = value.kind === 'mapping' ? '; values are set with: micropush secrets set' : ''
    findings.error(
      value,
      `secrets: must be a list of names, not ${kindInWords(value)}; write "- NAME", one a line${where}`,
    )
    return []
  }
  if (value.items.length > MOST_SECRETS) {
    findings.error(value, `secrets: ${value.items.length} names are listed, ${MOST_SECRETS} are the most`)
    return []
  }
  const names = new Set<string>()
  for (const item of value.items) {
    if (item.kind === 'foreign') continue
    if (item.kind !== 'text') {
      findings.error(
        item,
        `secrets: must be names, not ${kindInWords(item)}; values are set with: micropush secrets set`,
      )
      continue
    }
    const fault = faultOfSecretName(item.text)
    // Whoever writes NAME=value has put a secret into the file; no message repeats it.
    if (item.text.includes('=')) findings.error(item, 'secrets: holds names alone; take the value out and change it')
    else if (fault !== undefined) findings.error(item, `secrets: ${quote(item.text)} ${fault}`)
    else names.add(item.text)
  }
  return [...names]
}
