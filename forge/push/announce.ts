import { rm } from 'node:fs/promises'
import type { Forge } from '../forge.ts'
import { listRefs } from '../git/refs.ts'
import { followBranches } from '../pulls/follow-branches.ts'
import { requestSuites } from '../checks/suites.ts'
import { ensureAccount, PERSON, type Account } from '../state/accounts.ts'
import { hearing } from '../state/installations.ts'
import { announcedRefs, markAnnounced } from '../state/refs.ts'
import { notePush, repositoryById, type Repository } from '../state/repositories.ts'
import { NO_COMMIT, pushEvent, type RefUpdate } from '../webhooks/push-event.ts'

/** GitHub sends no push events for more than three tags, or more than 5000 branches, in one push. */
const MOST_TAGS = 3
const MOST_BRANCHES = 5000

interface Push {
  readonly repositoryId: number
  readonly updates: readonly RefUpdate[]
  /** Nobody in particular when it is absent. */
  readonly pusher?: Account | undefined
}

export interface Announced {
  readonly update: RefUpdate
  readonly deliveryId: number
}

/**
 * Stores the events of a push. When it returns they are durable, so that a killed forge still sends them when it starts again.
 * The first push of a repository makes it visible and chooses its default branch.
 */
export async function announce(
  forge: Forge,
  { repositoryId, updates, pusher = ensureAccount(forge.database, PERSON) }: Push,
): Promise<Announced[]> {
  const { database, deliveries } = forge
  const known = repositoryById(database, repositoryId)
  const defaultBranch = known?.defaultBranch ?? (await chooseDefaultBranch(forge, repositoryId, updates))
  notePush(database, repositoryId, { defaultBranch, nowMs: forge.clock() })
  const repository = repositoryById(database, repositoryId)
  if (repository === undefined) return []

  const installation = hearing(database, repository)
  // What happens where the App is not installed is never told, not even later.
  const told = installation === undefined ? [] : sendable(updates)
  const payloads = new Map<RefUpdate, unknown>()
  for (const update of told) {
    if (installation !== undefined) {
      payloads.set(update, await pushEvent(forge, { repository, installation, update, pusher }))
    }
  }
  const announced = database.transaction(() =>
    updates.flatMap((update): Announced[] => {
      const { ref, after } = update
      markAnnounced(database, repositoryId, after === NO_COMMIT ? { ref } : { ref, sha: after })
      const payload = payloads.get(update)
      if (payload === undefined || installation === undefined) return []
      const event = { name: 'push', installation, repositoryId, payload }
      const deliveryId = deliveries.store(event)
      return deliveryId === undefined ? [] : [{ update, deliveryId }]
    }),
  )
  const branches = updates.filter(({ ref }) => ref.startsWith('refs/heads/'))
  await requestSuites(forge, repository, { updates: branches, pusher })
  await followBranches(forge, repository, { updates: branches, pusher })
  return announced
}

/** On start: announces what was pushed while nobody listened, and removes what was begun and never received a push. */
export async function catchUp(forge: Forge): Promise<void> {
  const { database, git } = forge
  for (const { id } of database.all<{ id: number }>('SELECT id FROM repositories')) {
    const refs = await refsOf(forge, id)
    const announced = announcedRefs(database, id)
    if (refs === undefined || (refs.size === 0 && announced.size === 0)) {
      database.run('DELETE FROM repositories WHERE id = ? AND pushed_at_ms IS NULL', id)
      if (repositoryById(database, id) === undefined) await rm(git.folder(id), { recursive: true, force: true })
      continue
    }
    const updates = [...new Set([...refs.keys(), ...announced.keys()])]
      .map((ref) => ({ ref, before: announced.get(ref) ?? NO_COMMIT, after: refs.get(ref) ?? NO_COMMIT }))
      .filter(({ before, after }) => before !== after)
    try {
      // They are sent with everything else that waits.
      if (updates.length > 0) await announce(forge, { repositoryId: id, updates })
    } catch (error) {
      // One repository that git cannot read must not keep the others from being served; it is tried again at the next start.
      forge.log('a push could not be announced', { repository: id, error: String(error) })
    }
  }
}

/** Undefined when there is no such folder, or what is in it is no repository. */
async function refsOf({ git }: Forge, id: number): Promise<Map<string, string> | undefined> {
  try {
    const [heads, tags] = [
      await listRefs(git, git.folder(id), 'refs/heads/'),
      await listRefs(git, git.folder(id), 'refs/tags/'),
    ]
    return new Map([...heads, ...tags])
  } catch {
    // A kill in the middle of the first request leaves half a repository; the next push makes it anew.
    return undefined
  }
}

/** The branch that was pushed; of several, the usual names come first. */
async function chooseDefaultBranch({ git }: Forge, id: number, updates: readonly RefUpdate[]): Promise<string> {
  const branches = updates
    .filter(({ ref, after }) => ref.startsWith('refs/heads/') && after !== NO_COMMIT)
    .map(({ ref }) => ref.slice('refs/heads/'.length))
  const branch = ['main', 'master'].find((name) => branches.includes(name)) ?? branches[0] ?? 'main'
  await git.run(git.folder(id), ['symbolic-ref', 'HEAD', `refs/heads/${branch}`])
  return branch
}

function sendable(updates: readonly RefUpdate[]): RefUpdate[] {
  const branches = updates.filter(({ ref }) => ref.startsWith('refs/heads/'))
  const tags = updates.filter(({ ref }) => ref.startsWith('refs/tags/'))
  return [...(branches.length > MOST_BRANCHES ? [] : branches), ...(tags.length > MOST_TAGS ? [] : tags)]
}

/** Announces and sends, in the background, what the forge itself has written: a merge. */
export async function announceOwn(
  forge: Forge,
  repository: Repository,
  { pusher, ...update }: RefUpdate & { readonly pusher?: Account },
): Promise<void> {
  const announced = await announce(forge, { repositoryId: repository.id, updates: [update], pusher })
  for (const { deliveryId } of announced) void forge.deliveries.send(deliveryId)
}
