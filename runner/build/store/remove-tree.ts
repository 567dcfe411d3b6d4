import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Removes a folder that strangers wrote to, or may still write to: a builder that Docker could not end. rm(1) goes from folder to folder
 * by file descriptors, so a link that takes a folder's place meanwhile leads it nowhere, and no depth is too great; Node.js goes by paths,
 * and would follow the one and fail on the other.
 */
export async function removeTree(dir: string): Promise<void> {
  await promisify(execFile)('rm', ['-rf', '--one-file-system', '--', dir])
}
