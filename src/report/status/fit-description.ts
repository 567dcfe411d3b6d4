import { platformLimits } from '../../../contract/limits.ts'

/**
 * What has no place in a description: control characters, those that turn the direction of text, and everything beyond the basic plane,
 * such as most emoji, for which GitHub refuses the whole status with 422: "description doesn't accept 4-byte Unicode".
 */
const UNFIT = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\u{10000}-\u{10FFFF}]/gu

/** A status description on one line and within GitHub's 140 characters, without what GitHub refuses; what is cut ends in an ellipsis. */
export function fitDescription(text: string): string {
  const line = text.replaceAll(UNFIT, ' ').replaceAll(/\s+/g, ' ').trim()
  const most = platformLimits.statusDescriptionCharacters
  return line.length <= most ? line : `${line.slice(0, most - 1).trimEnd()}…`
}
