import type { Finding } from './annotation.ts'

/** `requirements.txt, line 3`, as the runner says which line a failed install is about. */
const PLACE = /\b((?:[\w.-]{1,100}\/){0,8}[\w.-]{1,100}\.(?:txt|in|pip)), line (\d{1,7})\b/

/** The line of a requirements file that the words for a failure name. */
export function findRequirement(message: string): Finding[] {
  const [, file, line] = PLACE.exec(message) ?? []
  return file === undefined ? [] : [{ file, line: Number(line), message }]
}
