/** What a request to GitHub is about: one of few words, whatever repository or commit is in its path. */
export type GitHubKind = 'status' | 'deployment' | 'check' | 'comment' | 'token' | 'source' | 'other'

const kinds: readonly (readonly [RegExp, GitHubKind])[] = [
  [/\/statuses\/[^/]+$|\/commits\/[^/]+\/status(?:es)?$/, 'status'],
  [/\/deployments(?:\/|$)/, 'deployment'],
  [/\/check-(?:runs|suites)(?:\/|$)/, 'check'],
  [/\/comments(?:\/|$)/, 'comment'],
  [/\/access_tokens$/, 'token'],
  [/\/tarball(?:\/|$)|\/contents(?:\/|$)/, 'source'],
]

/** @param url absolute, as it is sent. */
export function githubKind(url: string): GitHubKind {
  const path = URL.parse(url)?.pathname ?? ''
  return kinds.find(([pattern]) => pattern.test(path))?.[1] ?? 'other'
}
