import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const definitions = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }))

/** A delivery that GitHub made once, as `@octokit/webhooks-examples` has it. */
export interface Example {
  readonly event: string
  readonly payload: Readonly<Record<string, unknown>>
  /** For people: the event, its action and which one it is. */
  readonly title: string
}

/** All of github.com's. */
export function loadExamples(): readonly Example[] {
  const file = fileURLToPath(import.meta.resolve('@octokit/webhooks-examples/api.github.com/index.json'))
  return definitions.parse(JSON.parse(readFileSync(file, 'utf8'))).flatMap(({ name, examples }) =>
    examples.map((payload, index) => {
      const action = typeof payload['action'] === 'string' ? `.${payload['action']}` : ''
      return { event: name, payload, title: `${name}${action} #${index + 1}` }
    }),
  )
}

/** The same, sent for an installation of the App, as everything is that is meant for us. */
export function installed(example: Example, id = 12): Example {
  const payload = { ...example.payload, installation: example.payload['installation'] ?? { id, node_id: 'x' } }
  return { ...example, payload, title: `${example.title}, installed` }
}
