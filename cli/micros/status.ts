import type { Deployment } from '../../contract/deployment.ts'
import type { IncidentKind } from '../../contract/end-reason.ts'
import { describePause } from '../../contract/pause.ts'
import { keptForRollBack } from '../../contract/roll-back.ts'
import type { Store } from '../../contract/store/connect.ts'
import { readIncidents, type IncidentCount } from '../../contract/store/incidents.ts'
import { targetStanding, targetHistory } from '../../contract/store/micros.ts'
import { microOfKey } from '../../contract/target-key.ts'
import { cleanLine } from '../../contract/text/clean-text.ts'
import { say } from '../../setup/say.ts'
import { findMicros } from '../find-micros.ts'
import { showUsage } from '../show-usage.ts'
import { parseOnlyTarget } from '../target.ts'
import { withStore } from '../with-store.ts'
import { describeSleep } from './describe-sleep.ts'
import { askSandboxState, describeSandboxState } from './sandbox-state.ts'

const usage = `usage: micropush status <owner>/<repo>[/<micro>]
How micros stand, whether they run or sleep, and what happened to them within the last 30 days.`

const words: Readonly<Record<IncidentKind, string>> = {
  memory: 'ended for using more memory than its limit',
  timeout: 'ended because it kept its processor busy and did not answer',
  processes: 'ended after it had reached its limit of processes',
  crash: 'ended by a signal',
  exit: 'ended by itself',
  unknown: 'gone, for a reason that is not known',
  late: 'requests that got 504',
  'memory-of-child': 'a process ended for want of memory, the rest went on',
  disk: 'ended because the disk was nearly full',
  'process-refused': 'a new process or thread refused',
}

/** `micropush status …`; gives the exit code. */
export async function status(args: readonly string[]): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const target = parseOnlyTarget(args)
  return withStore(async (store) => {
    for (const key of await findMicros(store, target)) for (const line of await describeMicro(store, key)) say(line)
    return 0
  })
}

async function describeMicro(store: Store, microKey: string): Promise<string[]> {
  const { live, newest, pause } = await targetStanding(store, microKey)
  const kept = keptForRollBack(await targetHistory(store, microKey)).filter(({ id }) => id !== live?.id)
  const incidents = await readIncidents(store, microKey)
  return [
    microOfKey(microKey),
    ...(live === undefined ? ['  nothing of it is live'] : await describeLive(live)),
    ...(newest === undefined || newest.id === live?.id ? [] : [`  newest: ${newest.state}, ${describe(newest)}`]),
    ...(pause === undefined || live === undefined ? [] : [`  ${describePause(pause, live)}`]),
    ...kept.map((one) => `  kept for a roll-back: ${describe(one)}`),
    ...(incidents.length === 0 ? ['  nothing happened to it'] : incidents.map((one) => `  ${describeIncident(one)}`)),
  ]
}

async function describeLive(live: Deployment): Promise<string[]> {
  const state = await askSandboxState(live.id)
  const asked = describeSleep(live.config)
  return [
    `  live at ${live.outcome.url ?? '?'}, ${describe(live)}`,
    `  ${describeSandboxState(state, Date.now())}`,
    ...(asked === undefined ? [] : [`  ${asked}`]),
  ]
}

function describe({ sha, branch, id }: Deployment): string {
  return `commit ${sha.slice(0, 7)} of ${cleanLine(branch)}, deployment ${id}`
}

function describeIncident({ kind, count, lastAtMs }: IncidentCount): string {
  return `${count} × ${words[kind]}, last at ${new Date(lastAtMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
