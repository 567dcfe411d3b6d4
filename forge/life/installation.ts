import type { Forge } from '../forge.ts'
import type { Account } from '../state/accounts.ts'
import { covers, selectRepositories, type Installation } from '../state/installations.ts'
import { repositoriesOf } from '../state/repositories.ts'
import { repositoryNames, tellInstallation } from '../webhooks/tell.ts'

/** Gives an installation other repositories, and tells which came and which went. Undefined: all of the account's. */
export function changeSelection(
  forge: Forge,
  installation: Installation,
  to: { readonly repositoryIds: readonly number[] | undefined; readonly sender: Account },
): void {
  selectRepositories(forge.database, installation.id, to.repositoryIds)
  const next = { ...installation, repositoryIds: to.repositoryIds }
  const all = repositoriesOf(forge.database, installation.account)
  const added = all.filter((each) => covers(next, each) && !covers(installation, each))
  const removed = all.filter((each) => covers(installation, each) && !covers(next, each))
  const selection = to.repositoryIds === undefined ? 'all' : 'selected'
  for (const [action, repositories] of [
    ['added', added],
    ['removed', removed],
  ] as const) {
    if (repositories.length === 0) continue
    const body = {
      repository_selection: selection,
      repositories_added: action === 'added' ? repositoryNames(repositories) : [],
      repositories_removed: action === 'removed' ? repositoryNames(repositories) : [],
      requester: null,
    }
    tellInstallation(forge, next, { name: 'installation_repositories', action, sender: to.sender, body })
  }
}
