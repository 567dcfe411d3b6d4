import type { Deployment } from '../../../contract/deployment.ts'
import { formatSize } from '../../../contract/text/format-size.ts'
import { codeBlock } from '../../github/markdown/code-block.ts'
import { code } from '../../github/markdown/code.ts'
import { describeHeld, describeSkipped } from '../status/project-status.ts'

/** GitHub's bound is 65,535 characters; whatever comes near it is nothing that people read. */
const MOST_WARNINGS = 20
const MOST_WARNING_CHARACTERS = 500
const MOST_ERROR_CHARACTERS = 10_000

/** What there is to know of a deployment at a glance, as Markdown. Words of strangers stand in code, where they mean nothing. */
export function summarize(deployment: Deployment, logUrl: string): string {
  const parts = [words(deployment), facts(deployment, logUrl), warnings(deployment)]
  return parts.filter((part) => part !== undefined).join('\n\n')
}

function words(deployment: Deployment): string | undefined {
  const { state, outcome } = deployment
  if (state === 'held') return code(describeHeld(deployment))
  if (state === 'skipped') return code(describeSkipped(deployment))
  if (state !== 'failed') return undefined
  return codeBlock((outcome.error?.message ?? 'It failed; the log says more.').slice(0, MOST_ERROR_CHARACTERS))
}

function facts({ sha, branch, target, outcome }: Deployment, logUrl: string): string {
  const { runtime, sizes, cached, isolation, timings } = outcome
  const rows: (readonly [string, string | undefined])[] = [
    ['Endpoint', outcome.url],
    ['Commit', sha],
    target.kind === 'preview' ? ['Pull request', `#${target.pull}`] : ['Branch', code(branch)],
    ['Runtime', runtime === undefined ? undefined : code(runtime)],
    ['Source', sizes === undefined ? undefined : formatSize(sizes.sourceBytes)],
    [
      'Dependencies',
      sizes === undefined ? undefined : `${formatSize(sizes.dependencyBytes)}${cached ? ', cached' : ''}`,
    ],
    ['Sandbox', isolation],
    ['Time', timings === undefined ? undefined : describeTimes(timings)],
    ['Log', logUrl],
  ]
  const known = rows.filter(([, value]) => value !== undefined && value !== '')
  return ['| | |', '|---|---|', ...known.map(([name, value]) => `| ${name} | ${value} |`)].join('\n')
}

function describeTimes(timings: Readonly<Record<string, number>>): string {
  return Object.entries(timings)
    .filter(([, ms]) => ms >= 100)
    .map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(1)} s`)
    .join(' · ')
}

function warnings({ outcome }: Deployment): string | undefined {
  const all = outcome.warnings ?? []
  if (all.length === 0) return undefined
  const shown = all.slice(0, MOST_WARNINGS).map((warning) => `- ${code(warning.slice(0, MOST_WARNING_CHARACTERS))}`)
  return ['**Warnings**', '', ...shown].join('\n')
}
