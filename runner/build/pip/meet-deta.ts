import { detaHashes, ownVersion } from './deta-wheel.ts'

/** pip replaces variables of this form in requirements files. */
export const OURS = `deta==${ownVersion('${MICROPUSH_DETA}')}`

/**
 * A requirements file in which every line that asks for `deta`, in whatever version, with whatever extras or from wherever, asks for
 * ours; markers stay. Other lines, comments and all, stay as they are. Where it is a constraints file the line goes: ours is one already.
 */
export function meetDeta(text: string, kind: 'requirements' | 'constraints'): string {
  if (!/deta/i.test(text)) return text
  const lines: string[] = []
  let begun: string[] = []
  for (const line of text.split('\n')) {
    begun.push(line)
    if (line.endsWith('\\')) continue
    lines.push(...met(begun, kind))
    begun = []
  }
  return [...lines, ...(begun.length === 0 ? [] : met(begun, kind))].join('\n')
}

/** One requirement, which may go on over several lines. */
function met(lines: readonly string[], kind: 'requirements' | 'constraints'): readonly string[] {
  const line = lines.map((one) => one.replace(/\\$/, ' ')).join('')
  if (!asksForDeta(line)) return lines
  if (kind === 'constraints') return []
  const marker = /;([^#]*)/.exec(line.replace(/\s--hash[\s=]\S+/g, ''))?.[1]?.trim()
  const ours = marker === undefined || marker === '' ? OURS : `${OURS} ; ${marker}`
  // Where one requirement has a hash pip wants one for each.
  return [/\s--hash[\s=]/.test(line) ? [ours, ...detaHashes()].join(' ') : ours]
}

/** PEP 508 names are compared without regard to case; `deta-x`, `deta_x` and `deta.x` are other names. */
function asksForDeta(line: string): boolean {
  const what = line.trim().replace(/^(?:-e|--editable)[\s=]+/, '')
  if (/^deta(?![\w./-])/i.test(what)) return true
  return /^[a-z+]+:\/\//i.test(what) && /(?:[#&]egg=deta(?![\w.-])|\/deta-\d[^/]*$)/i.test(what)
}
