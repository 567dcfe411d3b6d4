import { chmod, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Git } from './git.ts'

/** Makes the bare repository of an id, unless it is there; a crash leaves either all of it or nothing under its name. */
export async function ensureBareRepository(git: Git, repositoryId: number): Promise<void> {
  const folder = git.folder(repositoryId)
  const there = await stat(join(folder, 'HEAD')).catch(() => undefined)
  if (there !== undefined) return
  const temporary = `${folder}.${process.hrtime.bigint()}.new`
  await git.run(dirname(folder), ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', temporary])
  try {
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another request was faster.
    if ((await stat(join(folder, 'HEAD')).catch(() => undefined)) === undefined) throw error
  }
}

/** Writes the hook that all repositories share; written at each start, because Node or the project may have moved. */
export async function installHook(hooks: string, socketPath: string): Promise<void> {
  await mkdir(hooks, { recursive: true, mode: 0o700 })
  const script = fileURLToPath(new URL('../post-receive.mjs', import.meta.url))
  const command = [process.execPath, script, socketPath].map(quote).join(' ')
  const file = join(hooks, 'post-receive')
  await writeFile(`${file}.new`, `#!/bin/sh\nexec ${command} "$MICROPUSH_FORGE_REPOSITORY" "$MICROPUSH_FORGE_PUSHER"\n`)
  await chmod(`${file}.new`, 0o700)
  await rename(`${file}.new`, file)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
