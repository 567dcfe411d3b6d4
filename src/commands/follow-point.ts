import { addPoint } from '../../contract/queue.ts'
import type { PointJob } from '../../contract/jobs/work.ts'
import { noteProgress, type Progress } from '../../contract/store/progress.ts'
import type { Deps } from '../deps.ts'
import type { Obeyed } from './obeyed.ts'

/** Asks the runner to point production to a deployment. Once more while nobody has taken it: who was to ask may have died in between. */
export async function beginPoint(point: Omit<PointJob, 'kind'>, { store, queues }: Deps): Promise<Obeyed> {
  await noteProgress(store, point.pointId, { state: 'queued', message: 'Queued' })
  await addPoint(queues, point)
  return { kind: 'later' }
}

/** How that stands. */
export function endOf({ state, message }: Progress): Obeyed {
  if (state === 'done') return { kind: 'done' }
  if (state === 'failed') return { kind: 'refused', words: 'It could not be done:', output: message }
  return { kind: 'later' }
}
