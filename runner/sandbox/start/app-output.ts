import { stripVTControlCharacters } from 'node:util'
import { lastOutput } from '../../docker/output.ts'
import type { SandboxContext } from '../sandbox.ts'

const LINES = 20
const CHARACTERS = 4000

/** What a sandbox's app wrote last, fit to be shown, without what `mask` hides. Empty when there is nothing, or nothing can be had. */
export async function readAppOutput(
  context: Pick<SandboxContext, 'docker'>,
  sandbox: { readonly containerId: string },
  mask?: (text: string) => string,
): Promise<string> {
  // The output only decorates an error; that it is missing must not hide the error itself.
  const output = await lastOutput(context.docker, sandbox.containerId, LINES).catch(() => '')
  return presentable(output, mask)
}

/** Nothing that `mask` hides, no escape sequences or control characters, paths relative to the app, and only the end of it. */
export function presentable(output: string, mask = (text: string): string => text): string {
  const text = stripVTControlCharacters(output)
    .replace(/\r\n?/g, '\n')
    // oxlint-disable-next-line no-control-regex -- these are the characters to take out
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
  // Before anything is cut: half of a secret would not be found any more.
  return mask(text)
    .replaceAll('file:///app/', '')
    .replaceAll(/(?<![\w./-])\/app\//g, '')
    .trim()
    .slice(-CHARACTERS)
}
