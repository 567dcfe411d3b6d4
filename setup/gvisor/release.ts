import { createHash } from 'node:crypto'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Where gVisor's documentation says its releases are: https://gvisor.dev/docs/user_guide/install/ */
const RELEASES = 'https://storage.googleapis.com/gvisor/releases/release/latest'

const ANSWER_MS = 10_000
const DOWNLOAD_MS = 10 * 60_000
/** runsc has some 80 MB; what goes on for longer is something else. */
const MOST_BYTES = 512 * 1024 * 1024

/** `absent`: nothing was changed, and `why` says in words what stood in the way. */
export type Downloaded = { readonly kind: 'installed' } | { readonly kind: 'absent'; readonly why: string }

/**
 * Downloads gVisor's own release of `runsc` and puts it at `path` once its SHA-512 is the one that stands beside it there.
 *
 * @param from address of the folder that holds one folder for each machine, without a slash at its end.
 * @throws what the file system throws.
 */
export async function downloadRelease(path: string, from: string = RELEASES): Promise<Downloaded> {
  const address = `${from}/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}/runsc`
  const expected = await fetchChecksum(`${address}.sha512`)
  if (expected.kind === 'absent') return expected
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.download`
  try {
    const digest = await save(address, partial)
    if (digest.kind === 'absent') return digest
    if (digest.sha512 !== expected.sha512) {
      return { kind: 'absent', why: `what came from ${address} has another checksum than its release says` }
    }
    await chmod(partial, 0o755)
    await rename(partial, path)
    return { kind: 'installed' }
  } finally {
    await rm(partial, { force: true })
  }
}

type Sum = { readonly kind: 'sum'; readonly sha512: string } | (Downloaded & { readonly kind: 'absent' })

async function fetchChecksum(address: string): Promise<Sum> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) })
    const text = answer.ok ? await answer.text() : ''
    const sha512 = /^([0-9a-f]{128})\b/.exec(text)?.[1]
    if (sha512 !== undefined) return { kind: 'sum', sha512 }
    return { kind: 'absent', why: answer.ok ? `${address} holds no checksum` : `${address} answered ${answer.status}` }
  } catch (error) {
    return { kind: 'absent', why: `${new URL(address).host} cannot be reached (${reasonOf(error)})` }
  }
}

async function save(address: string, path: string): Promise<Sum> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(DOWNLOAD_MS) })
    if (!answer.ok || answer.body === null) return { kind: 'absent', why: `${address} answered ${answer.status}` }
    const hash = createHash('sha512')
    let bytes = 0
    await using file = await open(path, 'w', 0o600)
    for await (const chunk of answer.body) {
      bytes += chunk.length
      if (bytes > MOST_BYTES) return { kind: 'absent', why: `${address} goes on past ${MOST_BYTES} bytes` }
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    return { kind: 'sum', sha512: hash.digest('hex') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)) {
      throw error
    }
    return { kind: 'absent', why: `the download of ${address} was cut off (${reasonOf(error)})` }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}
