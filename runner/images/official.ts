import { MicropushError } from '../../contract/errors.ts'
import type { Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { pullImage, registryAnswers } from '../docker/images.ts'

const ANSWER_MS = 5_000
const PULL_MS = 10 * 60_000
/** How long a registry that did not answer is not asked again. */
const FORGET_MS = 60 * 60_000

const unreachableSince = new WeakMap<Docker, number>()

/** Official images that serve as the two bases of a runtime. */
export interface OfficialBases {
  readonly sandbox: string
  readonly builder: string
}

/**
 * Pulls a runtime's official images.
 *
 * @returns undefined when no container registry answers within a few seconds; that is remembered for an hour.
 * @throws MicropushError `runtime-unavailable` when the registry answers but the pull fails.
 */
export async function pullOfficial(
  docker: Docker,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<OfficialBases | undefined> {
  const since = unreachableSince.get(docker)
  if (since !== undefined && Date.now() - since < FORGET_MS) return undefined
  const bases = { sandbox: `${runtime.official}-slim`, builder: runtime.official }
  if (!(await registryAnswers(docker, bases.sandbox, ANSWER_MS))) {
    signal.throwIfAborted()
    unreachableSince.set(docker, Date.now())
    return undefined
  }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(PULL_MS)])
  for (const reference of Object.values(bases)) {
    await pullImage(docker, reference, deadline).catch((cause: unknown) => {
      throw new MicropushError('runtime-unavailable', `The image ${reference} cannot be pulled. Ask the operator.`, {
        cause,
      })
    })
  }
  return bases
}
