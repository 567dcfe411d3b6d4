import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import type { Docker } from './client.ts'
import { removeContainer } from './remove-container.ts'
import { asEngineError, statusOf } from './engine-error.ts'
import { imageExists, importImage } from './images.ts'

/** Some hundred bytes; it stays, because another process may be about to use it. */
const IMAGE = 'micropush/probe:1'
const PROBE_MS = 60_000

/**
 * Runs the smallest possible container under an OCI runtime, from an image that needs no registry.
 *
 * @returns its exit code, 0 when the runtime works.
 */
export async function runProbe(docker: Docker, runtime: string): Promise<number> {
  await provideImage(docker)
  const container = await docker.createContainer({
    Image: IMAGE,
    Cmd: ['/true'],
    HostConfig: { Runtime: runtime, NetworkMode: 'none' },
  })
  try {
    await container.start()
    const ended: { StatusCode: number } = await container.wait({ abortSignal: AbortSignal.timeout(PROBE_MS) })
    return ended.StatusCode
  } finally {
    await container.remove({ force: true })
  }
}

/**
 * Whether the daemon finds something at a path that we see. It looks when a container that would mount it is created; none is started.
 *
 * @param labels - of that container, which is there for a moment.
 */
export async function daemonSees(
  docker: Docker,
  path: string,
  labels: Readonly<Record<string, string>>,
): Promise<boolean> {
  await provideImage(docker)
  const mount = { Type: 'bind', Source: path, Target: '/seen', ReadOnly: true } as const
  const options = { Image: IMAGE, Cmd: ['/true'], Labels: labels, HostConfig: { Mounts: [mount], NetworkMode: 'none' } }
  return asEngineError(async () => {
    try {
      const { id } = await docker.createContainer(options)
      await removeContainer(docker, id)
      return true
    } catch (error) {
      // Nothing else in this request can be wrong: `bind source path does not exist`.
      if (statusOf(error) === 400) return false
      throw error
    }
  })
}

async function provideImage(docker: Docker): Promise<void> {
  if (await imageExists(docker, IMAGE)) return
  const tar = pack()
  tar.entry({ name: 'true', mode: 0o755 }, exitZero())
  tar.finalize()
  await importImage(docker, { reference: IMAGE, tar: Readable.from(tar), changes: ['LABEL micropush.image=probe'] })
}

/** A whole ELF program for this machine that calls exit(0): header, one segment, a few instructions. See elf(5). */
function exitZero(): Buffer {
  const arm = process.arch === 'arm64'
  const code = arm
    ? Buffer.from('000080d2a80b80d2010000d4', 'hex') // mov x0, #0; mov x8, #93; svc #0
    : Buffer.from('31ffb83c0000000f05', 'hex') // xor edi, edi; mov eax, 60; syscall
  const base = 0x400000n
  const elf = Buffer.alloc(120)
  Buffer.from('7f454c46020101', 'hex').copy(elf)
  elf.writeUInt16LE(2, 16)
  elf.writeUInt16LE(arm ? 183 : 62, 18)
  elf.writeUInt32LE(1, 20)
  elf.writeBigUInt64LE(base + 120n, 24)
  elf.writeBigUInt64LE(64n, 32)
  elf.writeUInt16LE(64, 52)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  elf.writeUInt32LE(1, 64)
  elf.writeUInt32LE(5, 68)
  elf.writeBigUInt64LE(base, 80)
  elf.writeBigUInt64LE(base, 88)
  elf.writeBigUInt64LE(BigInt(120 + code.length), 96)
  elf.writeBigUInt64LE(BigInt(120 + code.length), 104)
  elf.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([elf, code])
}
