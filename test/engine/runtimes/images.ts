import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { prepareRuntime, type RuntimeImages } from '../../../runner/images/prepare.ts'
import { findRuntime } from '../../../runtimes/catalogue.ts'
import { docker } from './sandbox.ts'

/** The images of a runtime; made on the first run on a machine, found afterwards. */
export async function imagesOf(id: string): Promise<RuntimeImages> {
  const runtime = findRuntime(id)
  if (!runtime) throw new Error(`no runtime ${id}`)
  return prepareRuntime({ docker, dataDir: join(tmpdir(), 'micropush-test-images') }, runtime, {
    signal: AbortSignal.timeout(590_000),
    onProgress: (text) => console.log(text),
  })
}
