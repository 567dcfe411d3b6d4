/** Escape sequences of a terminal: colours and cursor movements (ECMA-48 control sequences). */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL_SEQUENCES = /\u001B\[[0-9;?]*[ -/]*[@-~]/g

const LONGEST = 300
/** No line is looked at further: what strangers write must not cost us the square of its length. */
const LOOKED_AT = 2000

/** Lines that say nothing about the cause: where npm keeps its log, advice of pip, frames of a stack. */
const NOISE = [
  /A complete log of this run/i,
  /debug-\d+\.log/,
  /^npm (?:ERR!|error)\s*$/,
  /^npm (?:ERR!|error) (?:code|errno|syscall|path|command|signal|cwd|A complete)\b/,
  /^(?:\[?notice\]?|hint|note)\b/i,
  /^\s+at /,
  /^\s*(?:│ exit code:|╰─> See above for output)|^\s*error: [a-z]+(?:-[a-z]+)+$|Encountered error while generating package metadata|This is an issue with the package mentioned above|likely not a problem with pip/,
]

/** pip's heading over the requirements that contradict each other. */
const CONFLICT = /^The conflict is caused by:$/

/** Words with which package managers begin the line that matters, the plainest first. */
const SIGNS = [
  /^\s*(?:npm (?:ERR!|error)|ERROR:|error:|ERR_PNPM\w*|fatal:|YN\d{4}|➤ YN\d{4}.*Error|error )\s*\S/,
  // The sentence under one of pip's own codes, as `connection-failed`.
  /^× \S/,
  /\b(?:\w*Error|error)\b.*:/,
]

/**
 * The one line of a failed run's output that best says why, without colours and decoration, or undefined when there was none.
 * Of npm's several error lines the first is the cause; of pip's the last.
 */
export function tellingLine(output: string): string | undefined {
  const lines = output
    .replace(CONTROL_SEQUENCES, '')
    .split(/\r?\n|\r/)
    .map((line) => line.slice(0, LOOKED_AT).trimEnd())
    .filter((line) => line.trim() !== '' && !NOISE.some((noise) => noise.test(line)))
  const conflict = lines.findLastIndex((line) => CONFLICT.test(line))
  if (conflict !== -1) {
    const causes = lines.slice(conflict + 1, conflict + 4).filter((line) => /^\s/.test(line))
    return shorten(`conflicting requirements: ${causes.map((line) => line.trim()).join('; ')}`)
  }
  for (const sign of SIGNS) {
    const telling = lines.filter((line) => sign.test(line))
    const line = telling.find((one) => /^\s*npm/.test(one)) ?? telling.at(-1)
    if (line !== undefined) return shorten(line)
  }
  const last = lines.at(-1)
  return last === undefined ? undefined : shorten(last)
}

function shorten(line: string): string {
  const text = line
    .trim()
    .replace(/^npm (?:ERR!|error)\s*/, '')
    .replace(/^ERROR:\s*/, '')
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
