/**
 * The words in brackets by which people keep a commit from being built: GitHub's own, those of the hosts they come from, and ours. In any
 * case, and with a hyphen in the space's place, because GitLab, Netlify and Cloudflare taught them that too.
 */
const MARKER =
  /\[(?:(?:skip|no)[ -]ci|ci[ -]skip|skip[ -](?:actions|deploy|cd|micropush|render)|(?:actions|deploy|cd|micropush|render)[ -]skip|cf-pages-skip)\]/i

/**
 * What in a commit's message asks not to deploy it, as it is written there; undefined when nothing does. Only the message of the head commit
 * counts: what is pushed along with it says nothing about the whole.
 */
export function skipByMessage(message: string): string | undefined {
  return MARKER.exec(message)?.[0] ?? skipTrailer(message)
}

/**
 * `skip-checks: true` as the last trailer (docs.github.com, "Skipping workflow runs"). GitHub wants two empty lines before the trailers; git
 * itself makes one of them unless it is told not to, so one is enough here.
 */
function skipTrailer(message: string): string | undefined {
  const lines = message.trimEnd().split(/\r?\n/)
  const last = lines.at(-1) ?? ''
  if (!/^skip-checks:[ \t]*true$/i.test(last)) return undefined
  const before = lines.findLastIndex((line) => line.trim() === '')
  const isTrailers = before > 0 && lines.slice(before + 1).every((line) => /^(?:[\w-]+:|[ \t])/.test(line))
  return isTrailers ? last : undefined
}
