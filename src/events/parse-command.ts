import type { CommandName } from '../../contract/jobs/command.ts'

/** Commands that a comment can hold; to approve is what a button is for, `/deploy` does it here. */
const spoken = ['rollback', 'deploy', 'redeploy', 'resume'] as const satisfies readonly CommandName[]

export interface SpokenCommand {
  readonly name: (typeof spoken)[number]
  readonly words: readonly string[]
}

/** A command and what may stand behind it: the name of a micro, a commit, or both. */
const LINE = /^\/([a-z]+)(?:[ \t]+([a-z0-9-]{1,100}))?(?:[ \t]+([a-z0-9-]{1,100}))?[ \t]*$/i

/**
 * The command that a comment begins with. Only its first line counts, and only where nothing stands before the slash: so what is quoted,
 * indented or in a block of code is none, nor is a sentence that begins like one.
 */
export function parseCommand(body: string): SpokenCommand | undefined {
  const [line = ''] = body.split(/\r\n|\r|\n/, 1)
  const [, said, ...behind] = LINE.exec(line) ?? []
  const name = spoken.find((one) => one === said?.toLowerCase())
  if (name === undefined) return undefined
  const words = behind.filter((word) => word !== undefined).map((word) => word.toLowerCase())
  // Only these two take a commit besides a micro.
  if (words.length > 1 && (name === 'resume' || name === 'redeploy')) return undefined
  return { name, words }
}
