import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isolations } from './support/isolations.ts'
import { startStack, type Stack } from './support/stack.ts'

/** Where the one sandbox of this stack has what was compiled ahead, as Docker mounts it. */
async function mountedCache(stack: Stack): Promise<string | undefined> {
  const [line = ''] = (await stack.leftovers()).containers
  const text = execFileSync('docker', ['inspect', '--format', '{{json .Mounts}}', line.split(' ')[0] ?? ''])
  const mounts = JSON.parse(text.toString()) as { Source: string; Destination: string; RW: boolean }[]
  return mounts.find(({ Destination, RW }) => Destination === '/var/cache/micropush' && !RW)?.Source
}

const title = 'what was compiled after the first start is there at the next one, for the same content, under %s'
it.each(isolations)(title, { timeout: 120_000 }, async (isolation) => {
  await using stack = await startStack({ MICROPUSH_SANDBOX: isolation })
  await using repository = await stack.repository('ada/warm')
  await repository.write({
    'micro.yml': 'v: 1\nruntime: python3.13\n',
    'main.py': `
compiled = []
import sys
sys.addaudithook(lambda event, args: compiled.append(args[1]) if event == 'compile' else None)
import other
def app(environ, start_response):
    start_response('200 OK', [])
    return [repr(compiled).encode()]`,
    'other.py': 'x = 1',
  })
  const sha = await repository.commit()
  await repository.push()
  expect(await stack.outcome('ada/warm', sha, 'micropush/warm')).toMatchObject({ state: 'success' })
  const host = stack.host('warm--ada')
  expect((await stack.ask(host)).body).toBe("['/app/other.py']")
  expect(await mountedCache(stack)).toBeUndefined()

  const made = async () => (await readdir(join(stack.dataDir, 'artifacts/cache')).catch(() => [])).length === 2
  await expect.poll(made, { timeout: 30_000, interval: 200 }).toBe(true)
  await repository.git('commit', '--allow-empty', '-m', 'again')
  const again = (await repository.git('rev-parse', 'HEAD')).trim()
  await repository.push()
  expect(await stack.outcome('ada/warm', again, 'micropush/warm')).toMatchObject({ state: 'success' })
  await expect.poll(async () => (await stack.ask(host)).body, { timeout: 10_000 }).toBe('[]')
  expect(await readdir(join(stack.dataDir, 'warm-ups'))).toEqual([])
})
