/** Files that list dependencies one a line. */
const LISTS = /\.(?:txt|in|pip)$/

/**
 * The line of a requirements file that a failure is about, as `requirements.txt, line 3`: the first whose package, or address, the failure's
 * words name. Undefined when none is, or the files are of another kind.
 */
export function lineAtFault(words: string, inputs: Readonly<Record<string, string>>): string | undefined {
  const said = words.toLowerCase()
  for (const [path, text] of Object.entries(inputs)) {
    if (!LISTS.test(path)) continue
    const at = text.split('\n').findIndex((line) => isNamed(line, said))
    if (at !== -1) return `${path}, line ${at + 1}`
  }
  return undefined
}

function isNamed(line: string, said: string): boolean {
  const text = line
    .replace(/(?:^|\s)#.*$/, '')
    .trim()
    .toLowerCase()
  const address = /(?:^|@\s*|^-e\s+)(?:[a-z]+\+)?([a-z]+:\/\/[^\s@#]+)/.exec(text)?.[1]?.replace(/(?:\.git)?\/?$/, '')
  if (address !== undefined) return said.includes(address)
  const name = /^[a-z0-9][\w.-]*/.exec(text)?.[0]
  return name !== undefined && wordsOf(said).has(normalized(name))
}

/** Everything in a sentence that could be a package's name. */
function wordsOf(said: string): ReadonlySet<string> {
  const found = said.match(/[a-z0-9][\w.-]*/g) ?? []
  return new Set(found.flatMap((word) => [normalized(word), normalized(word.replace(/-\d.*$/, ''))]))
}

/** PEP 503: runs of `-`, `_` and `.` are one and the same. */
function normalized(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').replace(/-$/, '')
}
