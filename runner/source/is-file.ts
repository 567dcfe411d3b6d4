import { stat } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'

/** Whether a path that a file of the source names is a file within `dir`. */
export async function isFile(dir: string, path: string): Promise<boolean> {
  if (isAbsolute(path) || normalize(path).startsWith('..')) return false
  try {
    return (await stat(join(dir, path))).isFile()
  } catch {
    // Missing, a link in a circle, a name too long: no file either way.
    return false
  }
}
