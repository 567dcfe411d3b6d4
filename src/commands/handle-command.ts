import type { Deps } from '../deps.ts'
import type { JobResult } from '../jobs/queue.ts'
import { answer, answerStranger } from './answer.ts'
import { approve, deploy } from './deploy.ts'
import { mayCommand } from './may-command.ts'
import type { Command, Obeyed } from './obeyed.ts'
import { redeploy } from './redeploy.ts'
import { resume } from './resume.ts'
import { rollBack } from './roll-back.ts'

/** How often a command that was begun is looked at; less often when it takes long. */
const LOOK_MS = 250
const SLOW_LOOK_MS = 3000
const SLOW_AFTER_MS = 10_000
/** Longer than the longest start; then it goes on without being watched. */
const LONGEST_MS = 10 * 60_000

/**
 * Does what a person asked for, if that person may, and says how it ended. Run again after it was interrupted anywhere, it does what is left
 * to do and nothing twice.
 *
 * @throws Octokit's RequestError and what ioredis throws; the queue decides what then.
 */
export async function handleCommand(command: Command, deps: Deps): Promise<JobResult> {
  const { name, by, owner, repository, receivedAtMs } = command
  const about = { command: name, by, repository: `${owner}/${repository}` }
  if (!(await mayCommand(deps.github.forInstallation(command.installationId), command))) {
    deps.log.info(about, 'a command of somebody without write access was refused')
    await answerStranger(command, deps)
    return { kind: 'done', what: 'refused: no write access' }
  }
  const end = await obey(command, deps)
  if (end.kind === 'later') {
    const ageMs = deps.now() - receivedAtMs
    if (ageMs > LONGEST_MS) return { kind: 'done', what: 'goes on without being watched' }
    return { kind: 'later', afterMs: ageMs > SLOW_AFTER_MS ? SLOW_LOOK_MS : LOOK_MS, why: 'it is being done' }
  }
  deps.log.info({ ...about, words: end.kind === 'refused' ? end.words : undefined }, `command ${end.kind}`)
  await answer(command, end, deps)
  return { kind: 'done', what: end.kind }
}

function obey(command: Command, deps: Deps): Promise<Obeyed> {
  switch (command.name) {
    case 'rollback':
      return rollBack(command, deps)
    case 'resume':
      return resume(command, deps)
    case 'redeploy':
      return redeploy(command, deps)
    case 'deploy':
      return deploy(command, deps)
    case 'approve':
      return approve(command, deps)
  }
}
