import type { Forge } from '../forge.ts'
import { accountShape, installationShape } from '../shapes/account.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { fullName, nodeId } from '../shapes/urls.ts'
import type { Account } from '../state/accounts.ts'
import { hearing, type Installation } from '../state/installations.ts'
import type { Repository } from '../state/repositories.ts'

interface Happening {
  readonly name: string
  readonly action: string
  /** Who did it. */
  readonly sender: Account
  /** What the event is about, beside its action, repository, sender and installation. */
  readonly body?: Readonly<Record<string, unknown>>
}

/**
 * Tells the App, in the background, what happened to a repository; if it is installed there, not suspended, and subscribed.
 *
 * @param installation the one that hears it, if that is not today's: that of a repository which is gone by now.
 */
export function tell(
  forge: Forge,
  repository: Repository,
  happening: Happening & { readonly installation?: Installation },
): void {
  const installation = happening.installation ?? hearing(forge.database, repository)
  if (installation === undefined) return
  const { name, action, sender, body } = happening
  const payload = {
    action,
    ...body,
    repository: repositoryShape(forge.urls, repository),
    sender: accountShape(forge.urls, sender),
    installation: { id: installation.id, node_id: nodeId('Installation', installation.id) },
  }
  dispatch(forge, { name, action, installation, repositoryId: repository.id, payload })
}

/** Tells the App of its installation itself, which it hears in any state of it. */
export function tellInstallation(
  forge: Forge,
  installation: Installation,
  { name, action, sender, body }: Happening,
): void {
  const payload = {
    action,
    installation: installationShape(forge, installation),
    ...body,
    sender: accountShape(forge.urls, sender),
  }
  dispatch(forge, { name, action, installation, payload })
}

/** How repositories stand in events about installations. */
export function repositoryNames(repositories: readonly Repository[]) {
  return repositories.map((repository) => ({
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
  }))
}

function dispatch({ deliveries }: Forge, event: Parameters<Forge['deliveries']['store']>[0]): void {
  const id = deliveries.store(event)
  // The result is recorded; nobody waits for it.
  if (id !== undefined) void deliveries.send(id)
}
