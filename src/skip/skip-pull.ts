import type { PreviewSettings } from '../../contract/config/previews.ts'

/** What of a pull request decides whether it is to have previews. */
interface PullTraits {
  readonly draft: boolean
  readonly author: { readonly bot: boolean }
  /** Whether its commits come from another repository, or from one that is gone. */
  readonly fork: boolean
  readonly labels: readonly string[]
}

/**
 * Why a pull request gets no preview, in words for its status; undefined when it gets one. Whether somebody has to approve it first is
 * another question.
 */
export function skipPull({
  previews,
  pull,
}: {
  readonly previews: PreviewSettings
  readonly pull: PullTraits
}): string | undefined {
  if (!previews.enabled) return 'Previews are off in this repository (previews: off)'
  if (pull.fork && previews.forks === 'off') return 'Forks get no previews here (previews.forks: off)'
  if (pull.draft && !previews.drafts) return 'Drafts get no previews here (previews.drafts: false)'
  if (pull.author.bot && !previews.bots) return 'Pull requests of bots get no previews here (previews.bots: false)'
  if (previews.labels.length > 0 && !hasOneOf(previews.labels, pull.labels)) return missingLabel(previews.labels)
  return undefined
}

/** GitHub takes labels that differ in case for the same. */
function hasOneOf(wanted: readonly string[], labels: readonly string[]): boolean {
  const present = new Set(labels.map((label) => label.toLowerCase()))
  return wanted.some((label) => present.has(label.toLowerCase()))
}

function missingLabel(wanted: readonly string[]): string {
  const [first, ...others] = wanted
  if (others.length === 0) return `No preview without the label "${first}" (previews.labels)`
  return `No preview without a label such as "${first}" (previews.labels names ${wanted.length})`
}
