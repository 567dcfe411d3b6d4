import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '))

describe('the image of bot, runner and gateway', () => {
  test('copies what is there, and its context holds nothing else', async () => {
    const ignore = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n')
    expect(copied.filter((source) => !existsSync(join(root, source)))).toEqual([])
    expect(ignore).toContain('*')
    expect(ignore.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))).toEqual(copied)
  })

  test('holds every file and package that its code imports', async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    const missing: string[] = []
    for (const file of await sources()) {
      for (const imported of await importsOf(file)) {
        const isThere = imported.startsWith('.')
          ? copied.includes(relative(root, join(dirname(file), imported)).split('/')[0] ?? '')
          : imported.startsWith('node:') || packageOf(imported) in dependencies
        if (!isThere) missing.push(`${relative(root, file)}: ${imported}`)
      }
    }
    expect(missing).toEqual([])
  })
})

async function sources(): Promise<string[]> {
  const folders = copied.filter((source) => !source.includes('.'))
  const found = await Promise.all(folders.map((folder) => readdir(join(root, folder), { recursive: true })))
  return found.flatMap((names, at) =>
    names.filter((name) => name.endsWith('.ts')).map((name) => join(root, folders[at] ?? '', name)),
  )
}

/** What it imports when it runs; types are gone by then. */
async function importsOf(file: string): Promise<string[]> {
  const code = await readFile(file, 'utf8')
  return [...code.matchAll(/^(?:import|export) (?!type )(?:[^'"`;]*? from )?'([^']+)'/gm)].map(([, name = '']) => name)
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
