import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openAttacher, type Attacher } from '../../../runner/sandbox/attach/attacher.ts'
import { provideAttacher } from '../../../runner/sandbox/attach/provide-attacher.ts'
import type { Docker } from '../../../runner/docker/client.ts'

let attacher: Attacher | undefined
afterAll(() => attacher?.close())

/** The engine's helper that puts folders into sandboxes that run; one for all tests of a file, and it ends with them. */
export function attacherOf(docker: Docker): Attacher {
  const dataDir = join(tmpdir(), 'micropush-test-images')
  attacher ??= openAttacher(() => provideAttacher({ docker, dataDir, instance: 'test' }))
  return attacher
}
