import { formatSize } from '../../../contract/format-size.ts'
import { MicropushError } from '../../../contract/errors.ts'

interface Measured {
  readonly bytes: number
  /** Largest first. */
  readonly packages: readonly { readonly name: string; readonly bytes: number }[]
}

const NAMED = 10

/** @throws MicropushError `dependencies-too-large`, naming the largest. */
export function assertDependenciesFit(found: Measured, maxBytes: number): void {
  if (found.bytes > maxBytes) throw dependenciesTooLarge(found, maxBytes)
}

/** Also for an install that was stopped before it was whole: then the numbers are those of that moment. */
export function dependenciesTooLarge({ bytes, packages }: Measured, maxBytes: number): MicropushError {
  const named = packages.slice(0, NAMED).map((one) => `${one.name} ${formatSize(one.bytes)}`)
  return new MicropushError(
    'dependencies-too-large',
    `The dependencies take ${formatSize(bytes)}, and ${formatSize(maxBytes)} are allowed. The largest: ${named.join(', ')}.`,
  )
}
