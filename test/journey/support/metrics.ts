import { parseExposition, valueOf } from '../../support/exposition.ts'
import type { Stack } from './stack.ts'

/** What the runner tells of one family at the moment, summed up over the samples that have these labels. */
export async function readMetric(
  { metricsPort }: Pick<Stack, 'metricsPort'>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
  return valueOf(parseExposition(await response.text()), name, labels)
}
