import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

/** Takes every file descriptor that there is, lets a worker be started without one, and ends once that was tried again. */
const script = `
  import { openSync } from 'node:fs'
  import { keepWorkers } from ${JSON.stringify(join(import.meta.dirname, '../../../../runner/gateway/processes/keep-workers.ts'))}
  const write = process.stdout.write.bind(process.stdout)
  write('begun\\n')
  try { for (;;) openSync('/dev/null') } catch {}
  let tries = 0
  const warn = async (message, { how }) => {
    write(how.replace(process.execPath + ' ', '') + '\\n')
    tries += 1
    if (tries < 2) return
    await workers.stop()
    process.exit(0)
  }
  const workers = keepWorkers({ fd: 0, count: 1, stopMs: 1000, log: { info() {}, warn, error() {} } })`

it('a worker for which there is no file descriptor is started again later, and the one that starts them goes on', async () => {
  const args = ['-c', 'ulimit -n 60; exec "$0" --input-type=module -e "$1"', process.execPath, script]
  const { stdout } = await run('sh', args, { timeout: 20_000 })
  expect(stdout).toBe('begun\nspawn EMFILE\nspawn EMFILE\n')
})
