import { afterAll } from 'vitest'
import { asInstallation, stage } from './support.ts'

/** A forge for all tests of a file, with a client that acts as the bot's App does in its repository; both end after the last test. */
export async function sharedStage() {
  const there = await stage()
  afterAll(() => there.end())
  const { data } = await there.app.rest.apps.getRepoInstallation(there.repo)
  return { there, bot: await asInstallation(there.home, there.forge, data.id) }
}
