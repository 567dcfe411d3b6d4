import { formatSize } from '../../../contract/text/format-size.ts'
import { MicropushError } from '../../../contract/errors.ts'
import { lineAtFault } from '../plan/line-at-fault.ts'

interface Measured {
  readonly bytes: number
  /** Largest first. */
  readonly packages: readonly { readonly name: string; readonly bytes: number }[]
}

interface Fitting {
  readonly maxBytes: number
  /** The files that list them. */
  readonly inputs: Readonly<Record<string, string>>
}

const NAMED = 10

/** @throws MicropushError `dependencies-too-large`, naming the largest and the lines that ask for them. */
export function assertDependenciesFit(found: Measured, fitting: Fitting): void {
  if (found.bytes > fitting.maxBytes) throw dependenciesTooLarge(found, fitting)
}

/** Also for an install that was stopped before it was whole: then the numbers are those of that moment. */
export function dependenciesTooLarge({ bytes, packages }: Measured, { maxBytes, inputs }: Fitting): MicropushError {
  const named = packages.slice(0, NAMED).map((one) => {
    const line = lineAtFault(one.name, inputs)
    return `${one.name} ${formatSize(one.bytes)}${line === undefined ? '' : ` (${line})`}`
  })
  return new MicropushError(
    'dependencies-too-large',
    `The dependencies take ${formatSize(bytes)}, and ${formatSize(maxBytes)} are allowed. The largest: ${named.join(', ')}.`,
  )
}
