import type Docker from 'dockerode'
import { demux } from './demux.ts'

/** The last lines that a container wrote, standard output and error in the order in which they came. */
export async function lastOutput(docker: Docker, id: string, lines: number): Promise<string> {
  const framed = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: lines, follow: false })
  const parts: Buffer[] = []
  demux((bytes) => parts.push(bytes))(framed)
  return Buffer.concat(parts).toString('utf8')
}
