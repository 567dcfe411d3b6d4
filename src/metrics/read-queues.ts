import type { Gauge, Registry } from 'prom-client'
import { addCounter, addGauge } from '../../contract/metrics/collected.ts'
import { queueNames } from '../../contract/jobs/queue-names.ts'
import type { Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import { pendingDeployments } from '../../contract/store/deployments.ts'
import { pipelineEnds, readOutcomes } from '../../contract/store/outcomes.ts'

export interface QueueSources {
  readonly store: Store
  readonly queues: Queues
}

/** BullMQ's names of what a job may be. */
const JOB_STATES = ['waiting', 'active', 'delayed', 'failed'] as const

/** What Redis says at the moment that somebody asks. */
export function readQueues(registry: Registry, { store, queues }: QueueSources): void {
  addGauge<'queue' | 'state'>(registry, {
    name: 'micropush_queue_jobs',
    help: 'Jobs in each queue; delayed ones wait for their time, failed ones were given up within the last days.',
    labelNames: ['queue', 'state'],
    collect(metric) {
      return unlessAway(metric, async () => {
        for (const name of Object.values(queueNames)) {
          const counts = await queues[name].getJobCounts(...JOB_STATES)
          for (const state of JOB_STATES) metric.set({ queue: name, state }, counts[state] ?? 0)
        }
      })
    },
  })
  addGauge(registry, {
    name: 'micropush_github_outbox_jobs',
    help: 'What GitHub is still to be told: jobs of the queue of reports that wait, are at work, or wait for their time.',
    collect(metric) {
      return unlessAway(metric, async () => {
        metric.set(await queues.report.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized'))
      })
    },
  })
  addGauge(registry, {
    name: 'micropush_deployments_pending',
    help: 'Deployments that somebody works on, or has to.',
    collect(metric) {
      return unlessAway(metric, async () => metric.set((await pendingDeployments(store)).length))
    },
  })
  addCounter<'outcome' | 'code'>(registry, {
    name: 'micropush_deployments_total',
    help: 'Deployments by how they ended, and why where they failed; kept in Redis, so that it goes on after a restart.',
    labelNames: ['outcome', 'code'],
    collect(metric) {
      return unlessAway(metric, async () => {
        const ends = await readOutcomes(store)
        for (const outcome of pipelineEnds) if (outcome !== 'failed') metric.inc({ outcome, code: '' }, 0)
        for (const { end, code, count } of ends) metric.inc({ outcome: end, code }, count)
      })
    },
  })
}

/** A Redis that is away makes a gap in these graphs and in no other; that it is away says `micropush_part_up`. */
async function unlessAway(metric: Pick<Gauge, 'reset' | 'remove'>, read: () => Promise<void>): Promise<void> {
  metric.reset()
  try {
    await read()
  } catch {
    metric.reset()
    // A metric without labels is 0 after a reset, which would be a lie.
    metric.remove({})
  }
}
