import { formatSize } from '../../contract/text/format-size.ts'
import { MicropushError } from '../../contract/errors.ts'
import { printable } from './entry-path.ts'

interface Bounds {
  readonly maxBytes: number
  readonly maxEntries: number
}

const NAMED_FILES = 3

/** Counts what a micro's source has so far, and refuses the file that goes past a bound before it is written. */
export class SourceBudget {
  bytes = 0
  readonly #bounds: Bounds
  #largest: readonly { readonly path: string; readonly bytes: number }[] = []

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  file(path: string, bytes: number): void {
    this.bytes += bytes
    if (bytes > (this.#largest.at(-1)?.bytes ?? 0) || this.#largest.length < NAMED_FILES) {
      this.#largest = [...this.#largest, { path, bytes }].toSorted((a, b) => b.bytes - a.bytes).slice(0, NAMED_FILES)
    }
    if (this.bytes <= this.#bounds.maxBytes) return
    const named = this.#largest.map((one) => `${printable(one.path)} (${formatSize(one.bytes)})`).join(', ')
    throw new MicropushError(
      'source-too-large',
      `The source is larger than ${formatSize(this.#bounds.maxBytes)}. Largest files so far: ${named}.`,
    )
  }

  /** `count` is how many files, folders and links there are by now. */
  entries(count: number): void {
    if (count <= this.#bounds.maxEntries) return
    throw new MicropushError(
      'source-too-many-entries',
      `The source has more than ${this.#bounds.maxEntries} files and folders. Remove generated ones, such as a committed node_modules.`,
    )
  }
}
