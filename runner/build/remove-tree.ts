import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * Removes a folder that strangers wrote to. They can nest folders until no path to the innermost fits a system call; Node.js fails on
 * that, and rm(1), which goes from folder to folder, does not.
 */
export async function removeTree(dir: string): Promise<void> {
  try {
    await rm(dir, { recursive: true, force: true })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG')) throw error
    await promisify(execFile)('rm', ['-rf', '--one-file-system', '--', dir])
  }
}
