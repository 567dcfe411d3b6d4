import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { renderText } from '../../../../src/http/log/rendering.ts'
import { findAnnotations } from '../../../../src/report/check/annotations/find-annotations.ts'
import { sampleConfig } from '../../support/samples.ts'

const run = promisify(execFile)
const modules = join(import.meta.dirname, '..', '..', '..', '..', 'node_modules')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'annotations-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a program that fails prints, as it would in a sandbox. */
async function output(command: string, ...args: readonly string[]): Promise<string> {
  const ended = await run(command, args, { cwd: folder, env: { ...process.env, FORCE_COLOR: '1' } }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  return `${ended.stdout}${ended.stderr}`.replaceAll(folder, '/app')
}

const node = (...args: readonly string[]) => output(process.execPath, ...args)

it.each([
  {
    name: 'the TypeScript compiler',
    file: 'a.ts',
    text: '\nconst x: number = "a"\n',
    run: () => node(join(modules, 'typescript/bin/tsc'), '--noEmit', '--pretty', 'a.ts'),
    finds: { path: 'a.ts', start_line: 2, message: /TS2322: Type 'string' is not assignable/ },
  },
  {
    name: 'Rolldown',
    file: 'b.js',
    text: 'import x from "./nope"\nconsole.log(x)\n',
    run: () => node(join(modules, 'rolldown/bin/cli.mjs'), 'b.js'),
    finds: { path: 'b.js', start_line: 1, message: /Could not resolve '\.\/nope'/ },
  },
  {
    name: 'Node.js',
    file: 'c.mjs',
    text: '\nexport const a = ;\n',
    run: () => node('c.mjs'),
    finds: { path: 'c.mjs', start_line: 2, message: /SyntaxError: Unexpected token ';'/ },
  },
  {
    name: 'Python',
    file: 'd.py',
    text: 'import json\ndef load():\n    return json.loads("x")\nload()\n',
    run: () => output('python3', 'd.py'),
    finds: { path: 'd.py', start_line: 3, message: /JSONDecodeError: Expecting value/ },
  },
])('what $name prints, with its colours, is found on its line', async ({ file, text, run: print, finds }) => {
  await writeFile(join(folder, file), text)
  const log = renderText(Buffer.from(await print()), (line) => line)
  const found = findAnnotations({ config: sampleConfig({ src: 'web' }), outcome: {} }, log)
  expect(found, log).toHaveLength(1)
  expect(found[0]).toMatchObject({
    path: `web/${finds.path}`,
    start_line: finds.start_line,
    end_line: finds.start_line,
  })
  expect(found[0]?.message).toMatch(finds.message)
})
