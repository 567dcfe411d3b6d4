import type { ConfigError } from '../../contract/config/findings.ts'
import { usualAllowance } from '../../contract/allowance.ts'
import { describeErrors } from '../../contract/config/describe-errors.ts'
import { parseLegacy } from '../../contract/config/legacy/parse-legacy.ts'
import { parseConfig } from '../../contract/config/parse-config.ts'
import type { PreviewSettings } from '../../contract/config/previews.ts'
import type { MicroConfig } from '../../contract/config.ts'
import { grantedAllowance, grantedLimits } from '../../contract/store/repository/grants.ts'
import type { Deps } from '../deps.ts'
import { fetchConfig } from './fetch-config.ts'

/** What the config file at one commit asks for. */
export type Wish =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'invalid'
      readonly message: string
      /** Where it is wrong, as far as that is known. */
      readonly findings: readonly ConfigError[]
    }
  | {
      readonly kind: 'micros'
      readonly micros: readonly MicroConfig[]
      readonly previews: PreviewSettings
      readonly warnings: readonly string[]
      /** Whether there are no others: what a damaged file seems to leave out goes on. */
      readonly complete: boolean
    }

interface RepositoryCommit {
  readonly installationId: number
  readonly repositoryId: number
  readonly owner: string
  readonly repository: string
  readonly sha: string
}

/**
 * Reads the config file of a commit, or what was written for Deta.
 *
 * @throws Octokit's RequestError; 404 while GitHub does not know the commit.
 */
export async function readWish(
  commit: RepositoryCommit,
  { github, store, settings }: Pick<Deps, 'github' | 'store' | 'settings'>,
): Promise<Wish> {
  const { owner, repository, sha, installationId } = commit
  const found = await fetchConfig(github.forInstallation(installationId), { owner, repository, sha })
  if (found.kind === 'none') return { kind: 'none' }
  if (found.kind === 'unusable') return { kind: 'invalid', message: found.message, findings: [] }
  const granted = await grantedLimits(store, commit)
  if (found.kind === 'legacy') return { kind: 'micros', ...parseLegacy(found.files, { owner, repository, granted }) }
  const allowance = await grantedAllowance(store, commit, usualAllowance(settings))
  const parsed = parseConfig(found.text, { file: found.file, owner, repository, granted, allowance })
  if (!parsed.ok) return { kind: 'invalid', message: describeErrors(parsed.errors), findings: parsed.errors }
  const { micros, previews } = parsed
  const unread = found.unread.map((name) => `${found.file} is what counts; the ${name} beside it is not read`)
  return { kind: 'micros', micros, previews, warnings: [...unread, ...parsed.warnings], complete: true }
}
