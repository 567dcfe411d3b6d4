import { stripVTControlCharacters } from 'node:util'
import { lastOutput } from '../../docker/output.ts'
import type { SandboxContext } from '../sandbox.ts'

const LINES = 20
const CHARACTERS = 4000

/** What a sandbox's app wrote last, fit to be shown. Empty when there is nothing, or nothing can be had. */
export async function readOutput(
  context: Pick<SandboxContext, 'docker'>,
  sandbox: { readonly containerId: string },
): Promise<string> {
  // The output only decorates an error; that it is missing must not hide the error itself.
  const output = await lastOutput(context.docker, sandbox.containerId, LINES).catch(() => '')
  return presentable(output)
}

/** No escape sequences or control characters, paths relative to the app, and only the end of it. */
export function presentable(output: string): string {
  return (
    stripVTControlCharacters(output)
      .replace(/\r\n?/g, '\n')
      // oxlint-disable-next-line no-control-regex -- these are the characters to take out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
      .replaceAll('file:///app/', '')
      .replaceAll(/(?<![\w./-])\/app\//g, '')
      .trim()
      .slice(-CHARACTERS)
  )
}
