import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'
import { extractPackage } from './distribution/extract.ts'
import type { Place } from './distribution/mmdebstrap.ts'
import { runTool } from './tool.ts'

const WHEELS = 'usr/share/python-wheels'
const DOWNLOAD_MS = 5 * 60_000

/**
 * Downloads the newest pip that runs on a version of Python, by its wheel, from the package index that the host's own pip
 * settings name. The host needs no pip for it: Debian's does it, run by the host's Python, which mmdebstrap needs anyway.
 *
 * @param version `3.9`
 */
export async function downloadPip(version: string, to: string, place: Place): Promise<void> {
  const folder = join(await extractPackage('python3-pip-whl', place), WHEELS)
  const wheel = (await readdir(folder)).find((name) => name.startsWith('pip-'))
  if (wheel === undefined) throw new MicropushError('runtime-unavailable', 'python3-pip-whl holds no pip.')
  await mkdir(to, { recursive: true })
  const fits = ['--only-binary=:all:', `--python-version=${version}`]
  await runTool({
    name: 'python3',
    args: [join(folder, wheel, 'pip'), 'download', '--quiet', '--no-deps', ...fits, `--dest=${to}`, 'pip'],
    cwd: place.folder,
    signal: place.signal,
    timeoutMs: DOWNLOAD_MS,
  })
}
