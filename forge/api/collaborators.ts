import { z } from 'zod'
import { ok, type Answer } from '../http/answer.ts'
import { parseBody } from '../http/parse.ts'
import { Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { accountShape } from '../shapes/account.ts'
import { ensureAccount, findAccount } from '../state/accounts.ts'
import { permissionOf, reaches, setPermission } from '../state/collaborators.ts'

const newcomer = z.object({ permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']).default('push') })

/** Who may do what: https://docs.github.com/en/rest/collaborators/collaborators */
export const collaboratorRoutes: readonly Route[] = [
  repositoryRoute('GET /collaborators/:login/permission', [['metadata', 'read']], permission),
  repositoryRoute('PUT /collaborators/:login', [['administration', 'write']], add),
]

function permission({ forge, repository, params }: RepositoryCall): Answer {
  const login = params['login'] ?? ''
  const account = findAccount(forge.database, login)
  if (account === undefined) throw new Refusal(404, `${login} is not a user`)
  const role = permissionOf(forge.database, repository, account)
  return ok({
    // The older of the two words knows four only.
    permission: role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role,
    role_name: role,
    user: {
      ...accountShape(forge.urls, account),
      permissions: {
        pull: reaches(role, 'read'),
        triage: reaches(role, 'triage'),
        push: reaches(role, 'write'),
        maintain: reaches(role, 'maintain'),
        admin: reaches(role, 'admin'),
      },
      role_name: role,
    },
  })
}

/** Nobody is asked whether they accept the invitation. */
function add({ forge, repository, params, body }: RepositoryCall): Answer {
  const { permission: asked } = parseBody('Repository', newcomer, body)
  const account = ensureAccount(forge.database, params['login'] ?? '')
  const role = asked === 'pull' ? 'read' : asked === 'push' ? 'write' : asked
  setPermission(forge.database, { repositoryId: repository.id, accountId: account.id }, role)
  return { status: 204 }
}
