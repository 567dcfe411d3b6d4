import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../../contract/errors.ts'
import type { BuilderMount } from '../builder/builder-container.ts'
import { ownFiles } from '../own-files.ts'
import { detaVersions, detaWheel, MARK, ownVersion, WHEELS } from './deta-wheel.ts'

/**
 * Puts the wheels that meet any requirement for `deta` below the data folder, each with the constraint that chooses it. They hold
 * metadata alone: the library itself is part of the sandbox's image, so that a micro always runs with the one that fits its runner.
 */
export async function ownWheels(dataDir: string): Promise<BuilderMount> {
  const files = detaVersions.flatMap((version) => {
    const own = ownVersion(version)
    return [
      { name: `deta-${own}-py3-none-any.whl`, content: detaWheel(version) },
      { name: `${version}.txt`, content: `deta==${own}\n` },
    ]
  })
  return { from: await ownFiles({ dataDir, folder: 'wheels', files }), to: WHEELS, access: 'read-only' }
}

/** Whoever publishes a package can put any file into it, but has no such version. */
const OWN_NAME = /^deta-[\d.]+\+micropush\.dist-info$/

/**
 * Looks at what was installed.
 *
 * @throws MicropushError `install-failed` for a `deta` that is not ours: on PyPI the name belongs to strangers.
 */
export async function assertOwnDeta(dependencies: string): Promise<void> {
  const names = await readdir(dependencies).catch((): string[] => [])
  for (const name of names.filter((one) => /^deta-.*\.(?:dist|egg)-info$/i.test(one))) {
    const files = await readdir(join(dependencies, name)).catch((): string[] => [])
    if (files.includes(MARK) && OWN_NAME.test(name)) continue
    throw new MicropushError(
      'install-failed',
      `A package called ${name.replace(/\.\w+-info$/, '')} came from elsewhere. On PyPI the name deta belongs to strangers now, so it is never installed; the deta library is part of the runtime. Remove what asks for another one.`,
    )
  }
}
