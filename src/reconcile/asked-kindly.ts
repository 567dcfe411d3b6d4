import { classifyFailure } from '../github/classify-failure.ts'
import type { ReconcileDeps } from './deps.ts'

const WAIT_UNHINTED_MS = 60_000

/**
 * What GitHub refuses of one repository, or one installation, must not keep the others from being compared: it is logged, and where GitHub
 * asks for patience, or is in trouble, the installation is left alone for a while.
 */
export async function askedKindly<T>(
  installationId: number,
  { reader, log, now }: Pick<ReconcileDeps, 'reader' | 'log' | 'now'>,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const failure = classifyFailure(error, now())
    log.warn({ err: error, installationId }, 'could not be compared with GitHub')
    if (failure.kind === 'retry') reader.hold(installationId, now() + (failure.afterMs ?? WAIT_UNHINTED_MS))
    return undefined
  }
}
