import type Docker from 'dockerode'
import { demux } from './demux.ts'
import { asEngineError } from './engine-error.ts'

/** The last lines that a container wrote, standard output and error in the order in which they came. */
export async function lastOutput(docker: Docker, id: string, lines: number): Promise<string> {
  const what = { stdout: true, stderr: true, tail: lines, follow: false } as const
  const framed = await asEngineError(() => docker.getContainer(id).logs(what))
  const parts: Buffer[] = []
  demux((bytes) => parts.push(bytes))(framed)
  return Buffer.concat(parts).toString('utf8')
}
