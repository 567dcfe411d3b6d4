import { usualAllowance } from '../../contract/allowance.ts'
import { defaultLimits } from '../../contract/limits.ts'
import type { Store } from '../../contract/store/connect.ts'
import { changeGrants, readGrants, type Grants } from '../../contract/store/repository/grants.ts'
import { findRepository, type RepositoryRef } from '../../contract/store/repository/repositories.ts'
import { say } from '../../setup/say.ts'
import { readSettings } from '../env.ts'
import { formatTable } from '../format-table.ts'
import { parseTarget } from '../target.ts'
import { UsageError } from '../usage-error.ts'
import { withStore } from '../with-store.ts'
import { mostOf } from './bounds.ts'
import { grantKeys, grantRules } from './grant-rules.ts'
import { parseGrants } from './parse-grants.ts'
import { Refusal } from '../refusal.ts'
import { showUsage } from '../show-usage.ts'

const usage = `usage: micropush grant <owner>/<repo>                         shows what is granted
       micropush grant <owner>/<repo> timeout=30s memory=1GB …  lets its micros ask for that much
       micropush grant <owner>/<repo> timeout=default           takes one grant back
       micropush grant <owner>/<repo> --remove                  takes all of them back

       micropush grant <owner>/<repo> sleep=never scale=8       lets them stay awake, and run in up to 8 sandboxes

What can be granted: ${grantKeys.join(', ')}.
A micro gets more than usual only when its config asks for it: under limits:, by sleep: and by scale:.`

/** `micropush grant …`: how much the micros of a repository may ask for; gives the exit code. */
export async function grant(args: readonly string[]): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const [repository, ...rest] = args
  const { fullName, micro } = parseTarget(repository)
  if (micro !== undefined) throw new UsageError(`Limits are granted to repositories: micropush grant ${fullName}`)
  const changes = await readChanges(rest)
  return withStore(async (store) => {
    const found = await change(store, fullName, changes)
    await show(store, { fullName, found })
    return 0
  })
}

type Changes = ReadonlyMap<keyof Grants, number | undefined>

async function readChanges(args: readonly string[]): Promise<Changes> {
  if (!args.includes('--remove')) return parseGrants(args, await mostOf(readSettings().dataDir))
  if (args.length > 1) throw new UsageError('--remove takes all grants back, and stands alone.')
  return new Map(Object.values(grantRules).map(({ field }) => [field, undefined]))
}

/** The first push of a repository may come between a look and the change; it comes once. */
async function change(store: Store, fullName: string, changes: Changes): Promise<RepositoryRef> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const found = await findRepository(store, fullName)
    if (changes.size === 0 || (await changeGrants(store, found, changes))) return found
  }
  throw new Refusal(`${fullName} changes hands at the moment. Try again.`)
}

async function show(
  store: Store,
  { fullName, found }: { readonly fullName: string; readonly found: RepositoryRef },
): Promise<void> {
  const grants = await readGrants(store, found)
  const everybody = { ...defaultLimits, ...usualAllowance(readSettings()) }
  const rows = grantKeys.map((key) => {
    const { field, format } = grantRules[key]
    const usual = format(everybody[field])
    const granted = grants[field]
    return [key, usual, granted === undefined ? usual : format(granted)]
  })
  say(`What micros of ${fullName} may ask for:`)
  for (const line of formatTable([['', 'usual', 'most'], ...rows])) say(line)
  if (found.id === undefined && Object.keys(grants).length > 0)
    say(`Nobody has pushed to ${fullName} yet: these wait for the first repository of that name that is pushed.`)
  else if (Object.keys(grants).length > 0)
    say('They hold from the next push on, for micros whose config asks for them.')
}
