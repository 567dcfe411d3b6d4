import { z } from 'zod'

const BRANCH = 'refs/heads/'
/** Of an installation's repositories no more are told of one event. */
const TOLD_REPOSITORIES = 50

const named = z.object({ full_name: z.string() })

/** What is shown of any event, as far as it is there. */
const anyEvent = z.object({
  action: z.string().max(100).optional().catch(undefined),
  ref: z.string().max(1024).optional().catch(undefined),
  number: z.number().int().optional().catch(undefined),
  repository: named.optional().catch(undefined),
  repositories: z.array(named).optional().catch(undefined),
  repositories_added: z.array(named).optional().catch(undefined),
  repositories_removed: z.array(named).optional().catch(undefined),
})

interface About {
  /** `push`, `pull_request.opened` */
  readonly event: string
  /** What of the repository it is about: `main`, `#12`. */
  readonly about: string
  /** Full names of the repositories that it is an event of. */
  readonly repositories: readonly string[]
}

/** What people call an event, for whoever asks what became of it. */
export function aboutEvent(name: string, payload: unknown): About {
  const parsed = anyEvent.safeParse(payload)
  const { action, ref, number, repository, ...lists } = parsed.data ?? {}
  const listed = [lists.repositories, lists.repositories_added, lists.repositories_removed].flatMap((one) => one ?? [])
  return {
    event: action === undefined ? name : `${name}.${action}`,
    about: number === undefined ? (ref?.replace(BRANCH, '') ?? '') : `#${number}`,
    repositories: (repository === undefined ? listed : [repository])
      .slice(0, TOLD_REPOSITORIES)
      .map(({ full_name }) => full_name),
  }
}
