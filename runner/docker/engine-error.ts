import { MicropushError } from '../../contract/errors.ts'

/** The HTTP status of Docker's answer, or undefined when the error is no answer. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : undefined
}

/** Runs a call to Docker and tells apart a daemon that cannot be reached (try again) from one that refused (its own words, kept as the cause). */
export async function asEngineError<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const status = statusOf(error)
    if (error instanceof MicropushError || (status !== undefined && status < 500)) throw error
    throw new MicropushError(
      'engine-unavailable',
      status === undefined ? 'The Docker daemon does not answer.' : 'The Docker daemon could not do what it was asked.',
      { cause: error },
    )
  }
}
