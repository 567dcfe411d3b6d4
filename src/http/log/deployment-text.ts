import { isPending, type Deployment } from '../../../contract/deployment.ts'
import { cleanText } from '../../../contract/text/clean-text.ts'

/** What the plain text form says of a deployment, before its log. */
export function deploymentText(deployment: Deployment): string {
  const { config, owner, repository, branch, sha, state, stateSinceMs, target, outcome } = deployment
  const facts = [
    `micro    ${config.name}`,
    `from     ${owner}/${repository}, branch ${branch}, commit ${sha}`,
    target.kind === 'preview' ? `preview  of pull request #${target.pull}` : undefined,
    `state    ${state} since ${new Date(stateSinceMs).toISOString()}`,
    outcome.detail === undefined || !isPending(state) ? undefined : `         ${outcome.detail}`,
    outcome.url === undefined ? undefined : `endpoint ${outcome.url}`,
    outcome.supersededBy === undefined ? undefined : `by       ${outcome.supersededBy}`,
    outcome.error === undefined ? undefined : `error    ${outcome.error.message}`,
    ...(outcome.warnings ?? []).map((warning) => `warning  ${warning}`),
  ]
  return `${cleanText(facts.filter((line) => line !== undefined).join('\n'))}\n\n`
}
