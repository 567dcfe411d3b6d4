import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { distributionOf, type Suite } from '../../../runtimes/catalogue.ts'
import { extractPackage } from './extract.ts'
import type { Place } from './mmdebstrap.ts'

const UBUNTU = 'usr/share/keyrings/ubuntu-archive-keyring.gpg'

/**
 * mmdebstrap's option that names the keys of a suite's archive. Ubuntu's keys are the host's own where it has them, else
 * those of Debian's package, whose signature is checked with Debian's.
 *
 * @returns no option for Debian's suites, whose keys mmdebstrap finds.
 */
export async function findKeyring(suite: Suite, place: Place): Promise<string[]> {
  if (distributionOf(suite) === 'debian') return []
  const host = `/${UBUNTU}`
  if (await isThere(host)) return [`--keyring=${host}`]
  const tree = await extractPackage('ubuntu-keyring', place)
  return [`--keyring=${join(tree, UBUNTU)}`]
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
