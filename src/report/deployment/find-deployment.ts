import type { Octokit } from '@octokit/rest'
import { z } from 'zod'
import type { Deployment } from '../../../contract/deployment.ts'
import { parseJson } from '../../../contract/text/parse-json.ts'
import { describeDeployment } from './project-deployment.ts'

const payload = z.object({ micropush: z.object({ deployment: z.string(), activation: z.number() }) })

/** What marks a GitHub Deployment as that of one activation of ours. */
export function payloadOf({ id }: Pick<Deployment, 'id'>, activation: number): Record<string, unknown> {
  return { micropush: { deployment: id, activation } }
}

/**
 * The number of the GitHub Deployment that was created before for this activation.
 *
 * @throws Octokit's RequestError.
 */
export async function findDeployment(
  octokit: Octokit,
  deployment: Deployment,
  activation: number,
): Promise<number | undefined> {
  const { owner, repository, sha, id } = deployment
  const { environment, task } = describeDeployment(deployment)
  const { data } = await octokit.rest.repos.listDeployments({
    owner,
    repo: repository,
    sha,
    environment,
    task,
    per_page: 100,
  })
  const found = data.find((one) => {
    // GitHub gives the payload as it was sent, or as text.
    const parsed = payload.safeParse(typeof one.payload === 'string' ? parseJson(one.payload) : one.payload)
    return parsed.success && parsed.data.micropush.deployment === id && parsed.data.micropush.activation === activation
  })
  return found?.id
}
