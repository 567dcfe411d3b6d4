import { chmod, copyFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** By a rename, so that a program in use is neither refused as busy nor seen half-written. @throws what the file system throws. */
export async function copyProgram(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, `${to}.new`)
  await chmod(`${to}.new`, 0o755)
  await rename(`${to}.new`, to)
}

/** Whether a copy is as long as what it was made of, and not older. */
export async function isCopied(from: string, to: string): Promise<boolean> {
  const [source, copy] = await Promise.all([stat(from), stat(to).catch(() => undefined)])
  return copy?.size === source.size && copy.mtimeMs >= source.mtimeMs
}
