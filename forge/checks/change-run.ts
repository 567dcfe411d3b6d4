import { z } from 'zod'
import { Refusal } from '../http/refusal.ts'
import type { RecordBodies } from '../state/records.ts'

/** GitHub's bounds: https://docs.github.com/en/rest/checks/runs */
const LONGEST_TEXT = 65_535
const LONGEST_DETAILS_BYTES = 64 * 1024
const MOST_ANNOTATIONS = 50

const text = z.string().max(LONGEST_TEXT)
const details = z.string().refine((words) => Buffer.byteLength(words) <= LONGEST_DETAILS_BYTES, 'exceeds 64 KB')
const line = z.number().int().min(0)

const annotation = z.object({
  path: z.string().min(1),
  start_line: line,
  end_line: line,
  start_column: line.optional(),
  end_column: line.optional(),
  annotation_level: z.enum(['notice', 'warning', 'failure']),
  message: details.min(1),
  title: z.string().max(255).optional(),
  raw_details: details.optional(),
})

/** The body of `PATCH /check-runs/:id`. */
export const runChanges = z.object({
  name: z.string().min(1).optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending']).optional(),
  conclusion: z
    .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out'])
    .optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  completed_at: z.iso.datetime({ offset: true }).optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: text,
      text: text.optional(),
      annotations: z.array(annotation).max(MOST_ANNOTATIONS).optional(),
    })
    .optional(),
  actions: z
    .array(z.object({ label: z.string().max(20), description: z.string().max(40), identifier: z.string().max(20) }))
    .max(3)
    .optional(),
})

/** The body of `POST /check-runs`. */
export const newRun = runChanges.extend({ name: z.string().min(1), head_sha: z.string().min(1) })

type Body = RecordBodies['checkRun']

export function blankRun(of: Pick<Body, 'name' | 'headSha' | 'suiteId'>, now: string): Body {
  return {
    ...of,
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    externalId: '',
    startedAt: now,
    completedAt: null,
    output: { title: null, summary: null, text: null, annotations: 0 },
    annotations: [],
    actions: [],
  }
}

/**
 * A run with the changes asked for. A conclusion completes a run; a run that goes on has none. Annotations are added to those
 * that are there.
 *
 * @throws Refusal 422 when it shall be completed without a conclusion, or has an output without a title.
 */
export function changeRun(body: Readonly<Body>, given: z.infer<typeof runChanges>, now: string): Body {
  const status = given.conclusion === undefined ? (given.status ?? body.status) : 'completed'
  if (status === 'completed' && given.conclusion === undefined && body.conclusion === null) {
    throw missing('conclusion')
  }
  const title = given.output?.title ?? body.output.title
  if (given.output !== undefined && title === null) throw missing('output.title')
  const completed = status === 'completed'
  const annotations = [...body.annotations, ...(given.output?.annotations ?? [])]
  return {
    name: given.name ?? body.name,
    headSha: body.headSha,
    suiteId: body.suiteId,
    status,
    conclusion: completed ? (given.conclusion ?? body.conclusion) : null,
    detailsUrl: given.details_url ?? body.detailsUrl,
    externalId: given.external_id ?? body.externalId,
    startedAt: given.started_at ?? body.startedAt,
    completedAt: completed ? (given.completed_at ?? body.completedAt ?? now) : null,
    output:
      given.output === undefined
        ? body.output
        : {
            title,
            summary: given.output.summary,
            text: given.output.text ?? null,
            annotations: annotations.length,
          },
    annotations,
    actions: given.actions ?? body.actions,
  }
}

function missing(field: string): Refusal {
  return new Refusal(422, 'Validation Failed', [{ resource: 'CheckRun', code: 'missing_field', field }])
}
