import type { PullJob } from '../../contract/jobs/events.ts'
import type { Store } from '../../contract/store/connect.ts'
import { forgetHead, noteHead } from '../../contract/store/repository/heads.ts'
import type { Pull } from './fetch-pull.ts'
import { pullMark } from './pull-mark.ts'

/** Notes that a pull request was dealt with as it was shown, whatever came of it; of one that is not open nothing is kept. */
export async function notePull(job: PullJob, pull: Pull | undefined, store: Store): Promise<void> {
  const { repositoryId } = job
  const of = { repositoryId, ref: { pull: job.pull } }
  if (pull?.open === true) await noteHead(store, { ...of, mark: pullMark(job, pull) })
  else await forgetHead(store, of)
}
