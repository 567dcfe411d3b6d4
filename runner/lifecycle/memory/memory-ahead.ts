import type { Settings } from '../../../contract/settings.ts'
import { readMemory } from './read-memory.ts'

/** Of the machine's memory, when the operator says nothing. */
const SHARE = 0.05

/** The memory that sandboxes may have which wait ahead of need, beyond those that always do; 0 where nobody can say how much there is. */
export function memoryAhead({ cellsMemoryBytes }: Pick<Settings, 'cellsMemoryBytes'>, read = readMemory): number {
  return cellsMemoryBytes ?? Math.floor((read()?.totalBytes ?? 0) * SHARE)
}
