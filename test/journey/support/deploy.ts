import { expect } from 'vitest'
import type { Stack } from './stack.ts'

/** What is pushed: a repository of one micro, whose name is the repository's. */
interface Pushed {
  readonly fullName: string
  readonly files: Readonly<Record<string, string>>
}

/** Pushes it and waits for its end. @returns the last status of the commit. */
export async function push(stack: Stack, { fullName, files }: Pushed): ReturnType<Stack['outcome']> {
  await using repository = await stack.repository(fullName)
  await repository.write(files)
  const sha = await repository.commit()
  await repository.push()
  return stack.outcome(fullName, sha, `micropush/${nameOf(fullName)}`)
}

/** Pushes it and waits until it is live. @returns its host. */
export async function deploy(stack: Stack, pushed: Pushed): Promise<string> {
  expect(await push(stack, pushed)).toMatchObject({ state: 'success' })
  const [owner] = pushed.fullName.split('/')
  return stack.host(`${nameOf(pushed.fullName)}--${owner}`)
}

function nameOf(fullName: string): string {
  return fullName.split('/')[1] ?? ''
}
