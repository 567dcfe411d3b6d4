import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import type { Git } from './git.ts'

/** A gzipped tar of one commit with one top folder, made while it is read. The stream fails when git does, so that half an archive never looks whole. */
export function archive(git: Git, folder: string, of: { sha: string; topFolder: string }): Readable {
  const child = git.stream(folder, ['archive', '--format=tar.gz', `--prefix=${of.topFolder}/`, of.sha])
  const out = new PassThrough()
  child.stdout.pipe(out, { end: false })
  child.stderr.resume()
  out.once('close', () => child.kill())
  Promise.all([once(child, 'close'), once(child.stdout, 'end')]).then(
    ([[exitCode]]) =>
      exitCode === 0 ? out.end() : out.destroy(new Error(`git archive ended with ${String(exitCode)}`)),
    (error: unknown) => out.destroy(error instanceof Error ? error : new Error('git archive could not be started')),
  )
  return out
}
