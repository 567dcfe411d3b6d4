import { platformLimits } from '../../contract/limits.ts'

/** A status description on one line and within GitHub's 140 characters, which are code points; what is cut ends in an ellipsis. */
export function fitDescription(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const characters = Array.from(line)
  const most = platformLimits.statusDescriptionCharacters
  if (characters.length <= most) return line
  return `${characters
    .slice(0, most - 1)
    .join('')
    .trimEnd()}…`
}
