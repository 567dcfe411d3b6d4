import type { OutputLine, OutputPosition } from '../docker/read-output.ts'

/** A position after these lines were read as well. */
export function advance(
  position: OutputPosition | undefined,
  lines: readonly OutputLine[],
): OutputPosition | undefined {
  const at = lines.at(-1)?.at
  if (at === undefined) return position
  const same = lines.filter((line) => line.at === at).length
  return { at, lines: position?.at === at ? position.lines + same : same }
}

export function formatPosition({ at, lines }: OutputPosition): string {
  return `${at} ${lines}`
}

/** @returns undefined for a text that is none: then reading begins anew. */
export function parsePosition(text: string | undefined): OutputPosition | undefined {
  const [, at, lines] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (\d+)$/.exec(text ?? '') ?? []
  return at === undefined ? undefined : { at, lines: Number(lines) }
}
