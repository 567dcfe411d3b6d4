import type { Findings } from './findings.ts'

/** Whether the text is JSON; if not, the findings say where it stops to be. */
export function checkJson(text: string, findings: Findings): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const at = positionIn(text, message)
    findings.error({ path: '', at }, `not valid JSON${hint(text, message)}`)
    return false
  }
}

/** V8 names a position for most faults; an end that comes too early is at the end. */
function positionIn(text: string, message: string): { line: number; column: number } {
  const offset = /at position (\d+)/.exec(message)?.[1]
  const before = text.slice(0, offset === undefined ? text.length : Number(offset)).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function hint(text: string, message: string): string {
  const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length)
  const next = text[offset]
  if (next === undefined) return ': it ends too early; a bracket or a quote is not closed'
  if (/,\s*$/.test(text.slice(0, offset)) && /[}\]]/.test(next)) return `: remove the comma before "${next}"`
  if (next === '/' || next === '#') return ': comments are not allowed in JSON; micro.yml may have them'
  if (next === "'") return ': use double quotes'
  if (/[A-Za-z_]/.test(next)) return ': keys and text need double quotes'
  return `: "${next}" is not expected here`
}
