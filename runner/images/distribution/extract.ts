import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { mmdebstrap, type Place } from './mmdebstrap.ts'
import { runTool } from '../tool.ts'

/** Debian 12 and its derivatives lack some of the packages that are wanted from here. */
const SUITE = 'trixie'

/**
 * Unpacks a Debian package without installing it anywhere: none of its scripts run.
 *
 * @returns a folder that holds the package's `usr`.
 */
export async function extractPackage(name: string, place: Place): Promise<string> {
  const tree = await mkdtemp(join(place.folder, 'extracted-'))
  // apt reads keys from here as a user of its own.
  await chmod(tree, 0o711)
  const tar = `${tree}.tar`
  await mmdebstrap({ suite: SUITE, options: ['--variant=extract', `--include=${name}`], tar }, place)
  const args = ['--no-same-owner', '-xf', tar, '-C', tree, './usr']
  await runTool({ name: 'tar', args, signal: place.signal, timeoutMs: 60_000 })
  await rm(tar)
  return tree
}
