import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../contract/store/connect.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { readAppLog, readAppLogAfter, type AppLogPage } from '../../contract/store/logs/app-logs.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { microOfKey } from '../../contract/target-key.ts'
import { findMicros } from '../find-micros.ts'
import { Refusal } from '../refusal.ts'
import { withStore } from '../with-store.ts'
import { parseLogsArguments, type LogsArguments } from './parse-arguments.ts'
import { createPrinter, type Printer } from './print-lines.ts'

const usage = `usage: micropush logs <owner>/<repo>[/<micro>] [-f] [-n <lines>] [--deployment <id>]
What a micro writes to its standard output and error, and what happened to it. Times are UTC.
  -f               go on with what comes, also from the next deployment, until Ctrl-C
  -n 100           how many of the last lines
  --deployment id  of this deployment, not of the one that is live`

const LOOK_MS = 250
/** Whether another deployment is live by now is asked more rarely. */
const LOOK_FOR_NEXT_MS = 1000

/** `micropush logs …`; gives the exit code. */
export async function logs(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    console.error(usage)
    return args.length === 0 ? 2 : 0
  }
  const wanted = parseLogsArguments(args)
  return withStore(async (store) => {
    const printer = createPrinter(process.stdout)
    const stop = AbortSignal.any([signal, printer.closed])
    await show({ store, printer, stop }, wanted)
    return 0
  })
}

interface Means {
  readonly store: Store
  readonly printer: Printer
  readonly stop: AbortSignal
}

async function show(means: Means, wanted: LogsArguments): Promise<void> {
  const { store, printer } = means
  const source = await findSource(store, wanted)
  const page = await readAppLog(store, source.deploymentId, wanted.count)
  await printer.print(page.lines)
  if (wanted.follow) return follow(means, { ...source, cursor: page.cursor })
  if (page.lines.length === 0 && wanted.count > 0) console.error('It has written nothing yet.')
}

interface Source {
  readonly deploymentId: string
  /** Whose next deployment is followed; absent when one deployment was asked for. */
  readonly microKey: string | undefined
}

async function findSource(store: Store, { target, deploymentId }: LogsArguments): Promise<Source> {
  if (deploymentId !== undefined) {
    if ((await getDeployment(store, deploymentId)) === undefined)
      throw new Refusal(`There is no deployment ${deploymentId}, or it is not known any more.`)
    return { deploymentId, microKey: undefined }
  }
  if (target === undefined) throw new Refusal('Name a micro or a deployment.')
  const [microKey, ...others] = await findMicros(store, target)
  if (microKey === undefined || others.length > 0) {
    const names = [microKey ?? '', ...others].map(microOfKey)
    throw new Refusal(
      `${target.fullName} has several micros. Name one: ${names.map((name) => `${target.fullName}/${name}`).join(', ')}.`,
    )
  }
  const id = await shownDeployment(store, microKey)
  if (id === undefined) throw new Refusal(`Nothing of ${target.fullName} has been deployed yet.`)
  return { deploymentId: id, microKey }
}

/** What is live; before anything is, what is to become it. */
async function shownDeployment(store: Store, microKey: string): Promise<string | undefined> {
  const { live, newest } = await targetStanding(store, microKey)
  return (live ?? newest)?.id
}

async function follow({ store, printer, stop }: Means, from: Source & Pick<AppLogPage, 'cursor'>): Promise<void> {
  let { deploymentId, cursor } = from
  let lookForNextMs = 0
  while (!stop.aborted) {
    const page = await readAppLogAfter(store, { id: deploymentId, cursor })
    await printer.print(page.lines)
    cursor = page.cursor
    if (page.lines.length > 0) continue
    if (from.microKey !== undefined && Date.now() > lookForNextMs) {
      lookForNextMs = Date.now() + LOOK_FOR_NEXT_MS
      const next = await shownDeployment(store, from.microKey)
      if (next !== undefined && next !== deploymentId) {
        await printer.print([{ atMs: Date.now(), stream: 'micropush', text: `Another deployment is live: ${next}` }])
        deploymentId = next
        cursor = '0'
        continue
      }
    }
    // Aborted, the loop ends.
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => {})
  }
}
