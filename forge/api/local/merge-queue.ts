import { z } from 'zod'
import { created } from '../../http/answer.ts'
import { parseBody } from '../../http/parse.ts'
import { repositoryRoute, type Route } from '../../http/route.ts'
import { dequeue, enqueue } from '../../pulls/merge-queue.ts'
import { pullIn } from '../around.ts'

const WRITE = [['contents', 'write']] as const

const end = z.object({ reason: z.enum(['merged', 'dequeued']).default('merged') })

/** The merge queue, which GitHub has in its GraphQL API and on its pages only. */
export const mergeQueueRoutes: readonly Route[] = [
  repositoryRoute('POST /pulls/:number/_merge_queue', WRITE, async (call) => {
    return created(await enqueue(call.forge, call.repository, { pull: pullIn(call), by: call.author }))
  }),
  repositoryRoute('DELETE /pulls/:number/_merge_queue', WRITE, async (call) => {
    const { reason } = parseBody('MergeGroup', end, call.body)
    await dequeue(call.forge, call.repository, { pull: pullIn(call), by: call.author, reason })
    return { status: 204 }
  }),
]
