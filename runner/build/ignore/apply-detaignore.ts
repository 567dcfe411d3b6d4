import { lstat, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as othersTurn } from 'node:timers/promises'
import type { StepBudget } from '../../../contract/pattern/match-pattern.ts'
import { readDetaignore } from './detaignore.ts'

interface Applied {
  /** Bytes of the files that were left out. */
  readonly bytes: number
  readonly files: number
  readonly warnings: readonly string[]
}

/** Its name in the micro's folder. */
export const DETAIGNORE = '.detaignore'
/** About two seconds of one processor for a file of expressions; nobody's takes a hundredth of it. */
const STEPS = 50_000_000
/** Paths looked at, or steps taken, before others get their turn. */
const SLICE = 200
const SLICE_STEPS = 500_000

interface Applying {
  /** The text of the file, from the source: a build could have put a link in its place. */
  readonly text: string
  /** Path of the entry file, where a loader starts the micro. */
  readonly entry: string | undefined
}

/**
 * Removes from a micro's folder what a `.detaignore` leaves out of uploads. The file itself stays, and so does the entry, without which
 * nothing would start. Folders stay, and links are files.
 */
export async function applyDetaignore(dir: string, { text, entry }: Applying): Promise<Applied> {
  const { leavesOut, warnings } = readDetaignore(text)
  const budget: StepBudget = { left: STEPS }
  let [bytes, files, looked, turnBelow] = [0, 0, 0, STEPS - SLICE_STEPS]
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const found of await readdir(join(dir, folder), { withFileTypes: true })) {
      const path = folder === '' ? found.name : `${folder}/${found.name}`
      if (found.isDirectory()) {
        folders.push(path)
        continue
      }
      looked += 1
      if (looked % SLICE === 0 || budget.left < turnBelow) {
        turnBelow = budget.left - SLICE_STEPS
        await othersTurn()
      }
      if (path === DETAIGNORE || path === entry || !leavesOut(path, budget)) continue
      bytes += (await lstat(join(dir, path))).size
      files += 1
      await unlink(join(dir, path))
    }
  }
  if (budget.left >= 0) return { bytes, files, warnings }
  return {
    bytes,
    files,
    warnings: [...warnings, 'The expressions in .detaignore take too long; not all files were looked at.'],
  }
}
