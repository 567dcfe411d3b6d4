import { z } from 'zod'
import { ok, type Answer } from '../http/answer.ts'
import { parseBody } from '../http/parse.ts'
import { Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { headOfBranch } from '../pulls/branch.ts'
import { closePull } from '../pulls/follow-branches.ts'
import { announcePull, describePull, type PullAction } from '../pulls/pull-event.ts'
import { reopenPull } from '../pulls/reopen.ts'
import { labelShape } from '../shapes/pull.ts'
import { permissionOf, reaches } from '../state/collaborators.ts'
import { updateRecord, type Stored } from '../state/records.ts'
import { pullIn } from './around.ts'

const WRITE = [['pull_requests', 'write']] as const
const LABEL = [
  ['pull_requests', 'write'],
  ['issues', 'write'],
] as const
const READ_LABELS = [
  ['pull_requests', 'read'],
  ['issues', 'read'],
] as const

const changes = z.object({
  title: z.string().min(1).max(256).optional(),
  body: z.string().max(65_536).nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().min(1).optional(),
})
const draft = z.object({ draft: z.boolean() })
const labels = z.object({ labels: z.array(z.string().min(1).max(50)).max(100) })

/** What happens to a pull request after it was opened, other than by pushes. */
export const pullChangeRoutes: readonly Route[] = [
  repositoryRoute('PATCH /pulls/:number', WRITE, update),
  // The forge's own: GitHub has this only in its GraphQL API.
  repositoryRoute('PUT /pulls/:number/_draft', WRITE, setDraft),
  repositoryRoute('GET /issues/:number/labels', READ_LABELS, (call) =>
    ok(shapes(call, pullIn(call).body.labels ?? [])),
  ),
  repositoryRoute('POST /issues/:number/labels', LABEL, addLabels),
  repositoryRoute('DELETE /issues/:number/labels/:name', LABEL, removeLabel),
]

async function update(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, author } = call
  const given = parseBody('PullRequest', changes, call.body)
  let pull = mayChange(call)
  if (given.title !== undefined || given.body !== undefined || given.base !== undefined)
    pull = await edit(call, pull, given)
  if (given.state === 'closed' && pull.body.state === 'open') pull = await closePull(forge, pull, { sender: author })
  if (given.state === 'open' && pull.body.state === 'closed') pull = await reopenPull(forge, pull, author)
  return ok(await describePull(forge, repository, pull))
}

async function edit(
  call: RepositoryCall,
  pull: Stored<'pull'>,
  given: z.infer<typeof changes>,
): Promise<Stored<'pull'>> {
  const { forge, repository } = call
  const before = pull.body
  const baseBranch = given.base ?? before.baseBranch
  const baseSha =
    given.base === undefined
      ? before.baseSha
      : await headOfBranch(forge, { repository, branch: given.base, field: 'base' })
  const text = given.body === undefined ? before.text : given.body
  const title = given.title ?? before.title
  const more = {
    changes: {
      ...(given.base === undefined
        ? {}
        : { base: { ref: { from: before.baseBranch }, sha: { from: before.baseSha } } }),
      ...(title === before.title ? {} : { title: { from: before.title } }),
      ...(text === before.text ? {} : { body: { from: before.text ?? '' } }),
    },
  }
  return change(call, pull, { body: { ...before, title, text, baseBranch, baseSha }, action: 'edited', more })
}

async function setDraft(call: RepositoryCall): Promise<Answer> {
  const { draft: wanted } = parseBody('PullRequest', draft, call.body)
  const pull = mayChange(call)
  if (pull.body.draft === wanted) return ok(await describePull(call.forge, call.repository, pull))
  const action = wanted ? 'converted_to_draft' : 'ready_for_review'
  const changed = await change(call, pull, { body: { ...pull.body, draft: wanted }, action })
  return ok(await describePull(call.forge, call.repository, changed))
}

async function addLabels(call: RepositoryCall): Promise<Answer> {
  const { labels: names } = parseBody('Label', labels, call.body)
  let pull = mayWrite(call)
  for (const name of new Set(names)) {
    const known = pull.body.labels ?? []
    if (!known.includes(name)) pull = await relabel(call, pull, { labels: [...known, name], name, action: 'labeled' })
  }
  return ok(shapes(call, pull.body.labels ?? []))
}

async function removeLabel(call: RepositoryCall): Promise<Answer> {
  const name = call.params['name'] ?? ''
  const pull = mayWrite(call)
  const known = pull.body.labels ?? []
  if (!known.includes(name)) throw new Refusal(404, 'Label does not exist')
  const rest = known.filter((each) => each !== name)
  await relabel(call, pull, { labels: rest, name, action: 'unlabeled' })
  return ok(shapes(call, rest))
}

function relabel(
  call: RepositoryCall,
  pull: Stored<'pull'>,
  to: { readonly labels: string[]; readonly name: string; readonly action: PullAction },
): Promise<Stored<'pull'>> {
  const more = { label: labelShape(call.forge.urls, call.repository, to.name) }
  return change(call, pull, { body: { ...pull.body, labels: to.labels }, action: to.action, more })
}

async function change(
  { forge, author }: RepositoryCall,
  pull: Stored<'pull'>,
  to: { body: Stored<'pull'>['body']; action: PullAction; more?: Readonly<Record<string, unknown>> },
): Promise<Stored<'pull'>> {
  const changed = updateRecord(forge.database, pull, { body: to.body, nowMs: forge.clock() })
  const more = to.more === undefined ? {} : { more: to.more }
  await announcePull(forge, changed, { action: to.action, sender: author, ...more })
  return changed
}

function shapes({ forge, repository }: RepositoryCall, names: readonly string[]) {
  return names.map((name) => labelShape(forge.urls, repository, name))
}

/** A pull request is changed by whoever opened it, and by those who may write. */
function mayChange(call: RepositoryCall): Stored<'pull'> {
  const pull = pullIn(call)
  return pull.creatorId === call.author.id ? pull : mayWrite(call)
}

function mayWrite(call: RepositoryCall): Stored<'pull'> {
  const { forge, repository, author, caller } = call
  if (caller.kind === 'person' && !reaches(permissionOf(forge.database, repository, author), 'triage')) {
    throw new Refusal(403, 'Must have write rights to Repository.')
  }
  return pullIn(call)
}
