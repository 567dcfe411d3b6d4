import { statusOf } from './classify-failure.ts'

/**
 * What GitHub shows of something; undefined when it is not there. GitHub answers 404 at times for what is there, and what seems to be gone ends
 * here, secrets and all: so it is asked once more before that is believed.
 *
 * @throws Octokit's RequestError for anything but that.
 */
export async function lookTwice<T>(look: () => Promise<T>): Promise<T | undefined> {
  return (await lookOnce(look)) ?? lookOnce(look)
}

async function lookOnce<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}
