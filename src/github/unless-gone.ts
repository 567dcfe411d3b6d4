import { statusOf } from './classify-failure.ts'

/**
 * Changes something at GitHub; `gone` when it is not there any more. GitHub answers 404 at times for what is there, and to believe it would be
 * for good: it would be made a second time, or never told of again. So it is looked for first, and where it is, the change is tried once more.
 *
 * @throws Octokit's RequestError for anything but that.
 */
export async function unlessGone<T>(change: () => Promise<T>, look: () => Promise<unknown>): Promise<T | 'gone'> {
  try {
    return await change()
  } catch (error) {
    if (statusOf(error) !== 404) throw error
  }
  try {
    await look()
  } catch (error) {
    if (statusOf(error) === 404) return 'gone'
    throw error
  }
  return change()
}
