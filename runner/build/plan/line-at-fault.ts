/** Files that list dependencies one a line. */
const LISTS = /\.(?:txt|in|pip)$/
/** What is looked at of a list: strangers write it, and nobody's own is longer. */
const MOST_LINES = 10_000
const LINE_CHARACTERS = 1000

/**
 * The line of a requirements file that a failure is about, as `requirements.txt, line 3`: the first whose package, or address, the failure's
 * words name. Undefined when none is, or the files are of another kind.
 */
export function lineAtFault(words: string, inputs: Readonly<Record<string, string>>): string | undefined {
  const text = words.toLowerCase()
  const said = { text, names: namesIn(text) }
  for (const [path, list] of Object.entries(inputs)) {
    if (!LISTS.test(path)) continue
    const at = list.split('\n', MOST_LINES).findIndex((line) => isNamed(line.slice(0, LINE_CHARACTERS), said))
    if (at !== -1) return `${path}, line ${at + 1}`
  }
  return undefined
}

interface Said {
  /** In lower case. */
  readonly text: string
  readonly names: ReadonlySet<string>
}

function isNamed(line: string, said: Said): boolean {
  const comment = line.search(/(?:^|\s)#/)
  const text = (comment === -1 ? line : line.slice(0, comment)).trim().toLowerCase()
  const address = /(?:^|@\s*|^-e\s+)(?:[a-z]+\+)?([a-z]+:\/\/[^\s@#]+)/.exec(text)?.[1]?.replace(/(?:\.git)?\/?$/, '')
  if (address !== undefined) return said.text.includes(address)
  const name = /^[a-z0-9][\w.-]*/.exec(text)?.[0]
  return name !== undefined && said.names.has(normalized(name))
}

/** Everything in a sentence that could be a package's name. */
function namesIn(said: string): ReadonlySet<string> {
  const found = said.match(/[a-z0-9][\w.-]*/g) ?? []
  return new Set(found.flatMap((word) => [normalized(word), normalized(word.replace(/-\d.*$/, ''))]))
}

/** PEP 503: runs of `-`, `_` and `.` are one and the same. */
function normalized(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').replace(/-$/, '')
}
