import { MicropushError } from '../contract/errors.ts'
import { connect } from './connect/connect.ts'
import { deliveries } from './deliveries/deliveries.ts'
import { grant } from './grant/grant.ts'
import { logs } from './logs/logs.ts'
import { clear } from './machine/clear.ts'
import { disk } from './machine/disk.ts'
import { health } from './machine/health.ts'
import { prepare } from './machine/prepare.ts'
import { runtimes } from './machine/runtimes.ts'
import { serve } from './machine/serve.ts'
import { redeploy } from './micros/redeploy.ts'
import { restart } from './micros/restart.ts'
import { resume } from './micros/resume.ts'
import { rollback } from './micros/rollback.ts'
import { status } from './micros/status.ts'
import { Refusal } from './refusal.ts'
import { CommandFailed } from './run.ts'
import { secrets } from './secrets/secrets.ts'
import { start } from './start/start.ts'
import { test } from './test/test.ts'
import { UsageError } from './usage-error.ts'

const usage = `usage: micropush start        everything on this machine, in the foreground
       micropush connect …    make a GitHub App and connect to it, see how that stands, or rotate its webhook secret
       micropush serve PART…  bot, runner or gateway alone, in the foreground, for a server
       micropush prepare      make the data folder for parts that run as users of their own
       micropush health       ask the bot how everything is; bot or runner asks that part alone
       micropush clear        while nothing runs: end all sandboxes, and remove networks and firewall rules
       micropush runtimes     the runtimes that micros can ask for, and which this machine has; --json for programs
       micropush logs …       what a micro writes, and what happened to it
       micropush status …     how the micros of a repository stand, and what ended them
       micropush deliveries … what GitHub told of a repository, and what was made of it
       micropush disk         what takes the disk, and what bounds it
       micropush secrets …    set, import, list and remove secrets of repositories and micros
       micropush grant …      let a repository's micros ask for more than the usual limits
       micropush restart …    start what is live anew, with the secrets that are set now
       micropush redeploy …   build the newest commit again, from nothing
       micropush rollback …   point production back to an older deployment, and deploy no new commits
       micropush resume …     deploy what the branch shows, and new commits again
       micropush test         set up what the tests need, and run them; test long runs those that take longer`

/** A second signal this long after the first means that stopping takes too long for the person. */
const PATIENCE_MS = 1000

const stop = new AbortController()
let firstSignalMs: number | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // npm and a terminal may both deliver the same Ctrl-C.
    if (firstSignalMs !== undefined && Date.now() - firstSignalMs > PATIENCE_MS) process.exit(130)
    firstSignalMs ??= Date.now()
    stop.abort()
  })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (stop.signal.aborted) {
    // What was cut off has not succeeded: tests that somebody stopped are not green.
    process.exitCode = 130
  } else {
    console.error(`micropush: ${isForPeople(error) ? error.message : describe(error)}`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

async function main([command = 'help', ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'start':
      await start(stop.signal)
      return 0
    case 'connect':
      return connect(rest, stop.signal)
    case 'serve':
      return serve(rest, stop.signal)
    case 'prepare':
      return prepare()
    case 'health':
      return health(rest[0])
    case 'runtimes':
      return runtimes(rest)
    case 'logs':
      return logs(rest, stop.signal)
    case 'status':
      return status(rest)
    case 'deliveries':
      return deliveries(rest)
    case 'disk':
      return disk()
    case 'secrets':
      return secrets(rest, stop.signal)
    case 'grant':
      return grant(rest)
    case 'restart':
      return restart(rest, stop.signal)
    case 'redeploy':
      return redeploy(rest, stop.signal)
    case 'rollback':
      return rollback(rest, stop.signal)
    case 'resume':
      return resume(rest, stop.signal)
    case 'clear':
      return clear()
    case 'test':
      return test(rest[0] === 'long' ? 'long' : 'usual', stop.signal)
    case 'help':
    case '--help':
    case '-h':
      console.log(usage)
      return 0
    default:
      console.error(`micropush: there is no command ${JSON.stringify(command)}.\n\n${usage}`)
      return 2
  }
}

/** Errors whose message says all; any other one is a fault of ours, and its stack helps to find it. */
function isForPeople(error: unknown): error is Error {
  return [MicropushError, CommandFailed, Refusal, UsageError].some((known) => error instanceof known)
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
