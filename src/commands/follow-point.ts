import { addPoint } from '../../contract/queue.ts'
import type { PointJob } from '../../contract/jobs.ts'
import { noteRestart, readRestart } from '../../contract/store/restarts.ts'
import type { CommandDeps, Obeyed } from './obeyed.ts'

/** Asks the runner to point production to a deployment, once for each `pointId`, and says how that goes. */
export async function followPoint(point: Omit<PointJob, 'kind'>, { store, queues }: CommandDeps): Promise<Obeyed> {
  const progress = await readRestart(store, point.pointId)
  switch (progress?.state) {
    case undefined:
      await noteRestart(store, point.pointId, { state: 'queued', message: 'Queued' })
      await addPoint(queues, point)
      return { kind: 'later' }
    case 'done':
      return { kind: 'done' }
    case 'failed':
      return { kind: 'refused', words: 'It could not be done:', output: progress.message }
    case 'queued':
    case 'starting':
    case 'draining':
      return { kind: 'later' }
  }
}
