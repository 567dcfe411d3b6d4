import type { Octokit } from '@octokit/rest'
import { classifyFailure, statusOf } from '../github/classify-failure.ts'

/** Paths from the repository's root, a renamed file under both names; `unknown` when GitHub cannot say: then everything may have changed. */
export type ChangedPaths = readonly string[] | 'unknown'

interface InRepository {
  readonly owner: string
  readonly repository: string
}

interface Pair extends InRepository {
  /** Undefined when there is nothing to compare with. */
  readonly base: string | undefined
  readonly head: string
}

/** Past it GitHub cuts the list and does not say so (docs.github.com, "Compare two commits"). */
const MOST_COMPARED = 300

/**
 * How the files of two commits differ.
 *
 * The base is the commit that was last deployed, or skipped for its paths, of one micro; never the `before` of a push. What a push in between
 * changed would be lost otherwise: it may have failed, been superseded, or not have been delivered at all, and the next one that changes only
 * a README would be skipped with those changes never live.
 *
 * @throws Octokit's RequestError when it is worth asking again: a limit, no access token. What the network lost throws as well.
 */
export async function changedPaths(octokit: Octokit, pair: Pair): Promise<ChangedPaths> {
  const { base, head } = pair
  if (base === undefined || /^0+$/.test(base)) return 'unknown'
  if (base === head) return []
  const there = await compare(octokit, { ...pair, base })
  if (there === 'unknown' || there.status === 'ahead' || there.status === 'identical') return pathsOf(there)
  // GitHub compares with the commit at which the two parted. After a forced push what only the base had is gone, and that is a change too.
  const back = await compare(octokit, { ...pair, base: head, head: base })
  if (back === 'unknown' || back.mergeBase !== there.mergeBase) return 'unknown'
  return union(pathsOf(there), pathsOf(back))
}

interface Comparison {
  readonly status: string
  readonly mergeBase: string
  readonly paths: ChangedPaths
}

async function compare(
  octokit: Octokit,
  { owner, repository, base, head }: Pair & { readonly base: string },
): Promise<Comparison | 'unknown'> {
  return unlessUnanswerable(async () => {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner,
      repo: repository,
      basehead: `${base}...${head}`,
      // The files stand on the first page, however few commits it has.
      per_page: 1,
    })
    const { files, status, merge_base_commit } = data
    const isWhole = files !== undefined && files.length < MOST_COMPARED
    return { status, mergeBase: merge_base_commit.sha, paths: isWhole ? namesOf(files) : 'unknown' }
  })
}

function pathsOf(comparison: Comparison | 'unknown'): ChangedPaths {
  return comparison === 'unknown' ? 'unknown' : comparison.paths
}

function union(some: ChangedPaths, others: ChangedPaths): ChangedPaths {
  return some === 'unknown' || others === 'unknown' ? 'unknown' : [...new Set([...some, ...others])]
}

const PAGE = 100
/** GitHub tells 3000 files at most (docs.github.com, "List pull requests files"). */
const MOST_PAGES = 30

/**
 * What a pull request changes of its base branch, at its newest commit: one that is pushed meanwhile brings an event of its own.
 *
 * @throws as `changedPaths`.
 */
export async function changedPathsOfPull(
  octokit: Octokit,
  { owner, repository, pull }: InRepository & { readonly pull: number },
): Promise<ChangedPaths> {
  return unlessUnanswerable(async () => {
    const paths: string[] = []
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const where = { owner, repo: repository, pull_number: pull, per_page: PAGE, page }
      const { data } = await octokit.rest.pulls.listFiles(where)
      paths.push(...namesOf(data))
      if (data.length < PAGE) return [...new Set(paths)]
    }
    return 'unknown'
  })
}

function namesOf(files: readonly { readonly filename: string; readonly previous_filename?: string }[]): string[] {
  return files.flatMap(({ filename, previous_filename: previous }) =>
    previous === undefined ? [filename] : [filename, previous],
  )
}

/** Too large a difference makes GitHub answer 5xx every time it is asked, so that too is no answer rather than a reason to wait. */
async function unlessUnanswerable<T>(ask: () => Promise<T>): Promise<T | 'unknown'> {
  try {
    return await ask()
  } catch (error) {
    const isServerError = (statusOf(error) ?? 0) >= 500
    if (isServerError || classifyFailure(error, Date.now()).kind === 'final') return 'unknown'
    throw error
  }
}
