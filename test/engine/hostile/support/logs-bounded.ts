import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { dockerSocket } from '../../sandbox/stage.ts'
import type { Container } from './container.ts'

/** Docker keeps two files of 1 MB; a little more for what else it notes of a container. */
const MOST_KB = 3 * 1024

/** What a container printed does not fill the host's disk. */
export async function expectLogsBounded({ id }: Container): Promise<void> {
  const { DockerRootDir } = (await connectDocker(dockerSocket).info()) as { DockerRootDir: string }
  const { stdout } = await promisify(execFile)('du', ['-sk', `${DockerRootDir}/containers/${id}`])
  expect(Number.parseInt(stdout, 10)).toBeLessThan(MOST_KB)
}
