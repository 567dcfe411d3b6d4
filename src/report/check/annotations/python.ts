import type { Finding } from './annotation.ts'

/** `  File "/app/main.py", line 4, in <module>`; ours come without `/app/`. */
const FRAME = /^\s{0,8}File "((?:\/app\/)?[^"<>\n]{1,300})", line (\d{1,7})(?:, in .*)?$/
/** `ValueError: x`, `json.decoder.JSONDecodeError: …`, `KeyboardInterrupt`. */
const WORDS = /^([A-Za-z_][\w.]{0,200}(?:Error|Exception|Warning|Interrupt|Exit|NotFound|Iteration)\b.*)$/

/** Tracebacks: the last line of the app on the way to what was raised. */
export function findPython(lines: readonly string[]): Finding[] {
  const found: Finding[] = []
  let frame: { readonly file: string; readonly line: number } | undefined
  for (const text of lines) {
    const [, file, line] = FRAME.exec(text) ?? []
    if (file !== undefined) {
      // A frame of a library leaves the app's last one standing: that is the line the person wrote.
      if (!file.startsWith('/') || (file.startsWith('/app/') && !file.startsWith('/app/node_modules/')))
        frame = { file, line: Number(line) }
      continue
    }
    if (text.startsWith('Traceback ')) frame = undefined
    const message = WORDS.exec(text)?.[1]
    if (message === undefined || frame === undefined) continue
    found.push({ ...frame, message })
    frame = undefined
  }
  return found
}
