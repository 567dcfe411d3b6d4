import type { Deployment } from '../../../contract/deployment.ts'
import { fitDescription } from '../status/fit-description.ts'
import { projectStatus } from '../status/project-status.ts'

/** A GitHub Deployment, but for its commit. */
export interface GitHubDeployment {
  readonly environment: string
  readonly task: string
  readonly transient: boolean
  readonly production: boolean
  readonly description: string
}

/** How it stands, as GitHub takes it: https://docs.github.com/rest/deployments/statuses */
export interface DeploymentStatus {
  readonly state: 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive'
  readonly description: string
  readonly environmentUrl: string | undefined
}

/**
 * Where a deployment belongs on GitHub. Micros of one repository share their environments, so that its page is not filled with them; the
 * task tells them apart.
 */
export function describeDeployment({ config, target }: Pick<Deployment, 'config' | 'target'>): GitHubDeployment {
  const isPreview = target.kind === 'preview'
  return {
    environment: isPreview ? `preview/pr-${target.pull}` : 'production',
    task: `deploy:${config.name}`,
    transient: isPreview,
    production: !isPreview,
    description: fitDescription(config.name),
  }
}

/**
 * A deployment's state in the words of GitHub's Deployments; undefined while it has nothing to do with an environment.
 *
 * @param isServed whether its endpoint leads to it: of several that are kept, one is.
 */
export function projectDeployment(deployment: Deployment, isServed: boolean): DeploymentStatus | undefined {
  const say = (state: DeploymentStatus['state'], description = words(deployment)): DeploymentStatus => ({
    state,
    description,
    environmentUrl: undefined,
  })
  switch (deployment.state) {
    case 'held':
    case 'skipped':
      return undefined
    case 'queued':
      return say('queued')
    case 'fetching':
    case 'building':
    case 'starting':
      return say('in_progress', 'Building')
    case 'live':
      if (!isServed) return say('inactive', 'Replaced by another deployment')
      return { ...say('success'), environmentUrl: deployment.outcome.url }
    case 'failed':
      return say(projectStatus(deployment, '').state === 'failure' ? 'failure' : 'error')
    case 'cancelled':
    case 'superseded':
      return say('inactive')
    case 'destroyed':
      return say('inactive', fitDescription(deployment.outcome.ended?.words ?? 'Ended'))
  }
}

function words(deployment: Deployment): string {
  return projectStatus(deployment, '').description
}
