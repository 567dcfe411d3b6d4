/** Longer rows of backticks are of no use to anybody, and would make the fence as long. */
const LONGEST_RUN = 20

/**
 * Text of strangers as a block of code that it cannot leave: its fence is longer than any row of backticks in it
 * (https://spec.commonmark.org/0.31.2/#fenced-code-blocks). In it nothing is a link, a mention or HTML.
 */
export function codeBlock(text: string): string {
  const inner = text
    .toWellFormed()
    // What an editor would not show either; line ends and tabs stay.
    .replaceAll(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replaceAll(/`{21,}/g, '`'.repeat(LONGEST_RUN))
  const longest = Math.max(2, ...(inner.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${inner}${inner.endsWith('\n') ? '' : '\n'}${fence}`
}
