import type { Octokit } from '@octokit/rest'
import { takeAnswer } from '../../contract/store/answers.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { noteProgress } from '../../contract/store/progress.ts'
import type { Deps } from '../deps.ts'
import { codeBlock } from '../github/markdown/code-block.ts'
import { deploymentOf } from './deployment-of.ts'
import type { Command, Obeyed } from './obeyed.ts'

/** Redelivered or tried again, a command is answered once. */
const SAME_COMMAND_SECONDS = 8 * 24 * 3600
/** Who may not give commands is told so once for each issue or pull request. */
const NOT_ALLOWED_SECONDS = 30 * 24 * 3600

/** Tells who asked how it ended, where that person asked. */
export async function answer(command: Command, end: Exclude<Obeyed, { kind: 'later' }>, deps: Deps): Promise<void> {
  const words = end.kind === 'refused' ? end.words : undefined
  const output = end.kind === 'refused' ? end.output : undefined
  switch (command.from.kind) {
    case 'comment': {
      await react(command, words === undefined ? '+1' : 'confused', deps)
      const once = { what: command.deliveryId, forSeconds: SAME_COMMAND_SECONDS }
      const block = output === undefined ? '' : `\n\n${codeBlock(output)}`
      if (words !== undefined && (await takeAnswer(deps.store, once))) await reply(command, `${words}${block}`, deps)
      return
    }
    case 'check':
      // There is no place beside a button for words; the log of what it belongs to is the next best.
      if (words !== undefined) await noteInLog(command, [words, output ?? ''].join('\n').trim(), deps)
      return
    case 'operator': {
      if (words === undefined) return
      const message = [words, output ?? ''].join('\n').trim()
      return noteProgress(deps.store, command.deliveryId, { state: 'failed', message })
    }
  }
}

/**
 * Tells somebody without write access that it takes that, once and no more: who comments without end would spend what GitHub lets an
 * installation write, and statuses would wait.
 */
export async function answerStranger(command: Command, deps: Deps): Promise<void> {
  const { from, repositoryId, by, name } = command
  const words = `Only people with write access to this repository can ask for \`/${name}\`.`
  if (from.kind === 'check') return noteInLog(command, words, deps)
  if (from.kind !== 'comment') return
  const once = { what: `${repositoryId}/${from.issue}/${by.toLowerCase()}`, forSeconds: NOT_ALLOWED_SECONDS }
  if (!(await takeAnswer(deps.store, once))) return
  await react(command, '-1', deps)
  await reply(command, words, deps)
}

/**
 * A reaction to a comment on a pull request needs the right to write those, and one on an issue the right to write issues, which we do not
 * ask for: what cannot be answered is done all the same. https://docs.github.com/en/rest/reactions/reactions
 */
async function react(command: Command, content: '+1' | '-1' | 'confused', deps: Deps): Promise<void> {
  const { from, owner, repository } = command
  if (from.kind !== 'comment') return
  await tryTo(command, deps, (octokit) =>
    octokit.rest.reactions.createForIssueComment({ owner, repo: repository, comment_id: from.commentId, content }),
  )
}

async function reply(command: Command, words: string, deps: Deps): Promise<void> {
  const { from, owner, repository, by } = command
  if (from.kind !== 'comment') return
  const body = `@${by} ${words}`
  await tryTo(command, deps, (octokit) =>
    octokit.rest.issues.createComment({ owner, repo: repository, issue_number: from.issue, body }),
  )
}

/** What was done stays done, whether or not it can be told. */
async function tryTo(command: Command, deps: Deps, send: (octokit: Octokit) => Promise<unknown>): Promise<void> {
  try {
    await send(deps.github.forInstallation(command.installationId))
  } catch (error) {
    deps.log.warn({ err: error, command: command.name }, 'a command could not be answered')
  }
}

async function noteInLog(command: Command, words: string, deps: Deps): Promise<void> {
  const deployment = await deploymentOf(command, deps)
  if (deployment === undefined) return
  const text = `==> ${command.by} asked for ${command.name}: ${words}\n`
  await appendLog(deps.store, { id: deployment.id, text })
}
