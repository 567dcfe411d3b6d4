import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../../contract/errors.ts'
import type { BuilderMount } from '../builder/builder-container.ts'
import { writeWhole } from '../store/artifact-store.ts'
import { detaVersions, detaWheel, MARK, ownVersion, WHEELS } from './deta-wheel.ts'

/**
 * Puts the wheels that meet any requirement for `deta` below the data folder, each with the constraint that chooses it. They hold
 * metadata alone: the library itself is part of the sandbox's image, so that a micro always runs with the one that fits its runner.
 */
export async function ownWheels(dataDir: string): Promise<BuilderMount> {
  const files = detaVersions.flatMap((version) => {
    const own = ownVersion(version)
    return [
      [`deta-${own}-py3-none-any.whl`, detaWheel(version)],
      [`${version}.txt`, Buffer.from(`deta==${own}\n`)],
    ] as const
  })
  const hash = createHash('sha256')
  for (const [name, bytes] of files) hash.update(name).update(bytes)
  const from = join(dataDir, 'wheels', hash.digest('hex').slice(0, 32))
  const mount = { from, to: WHEELS, access: 'read-only' } as const
  await mkdir(from, { recursive: true })
  await chmod(from, 0o755)
  for (const [name, bytes] of files) await provide(join(from, name), bytes)
  return mount
}

/** A constraint that was cut short, by a runner that died or another build that has just begun, would let strangers' packages in. */
async function provide(path: string, bytes: Buffer): Promise<void> {
  const there = await readFile(path).catch(() => undefined)
  if (there?.equals(bytes) === true) return
  await writeWhole(path, bytes)
  await chmod(path, 0o644)
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
