import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseSettings } from '../../contract/settings.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string) => readFile(join(root, path), 'utf8')
const guide = await read('docs/operate.md')
const table = guide.slice(guide.indexOf('| variable |'), guide.indexOf('**Your own registry'))

describe('the operator’s guide', () => {
  test('lists every variable that the code reads, and no other', async () => {
    const known = new Set<string>()
    for (const file of await environmentFiles()) for (const name of variables(await read(file))) known.add(name)
    expect(known.size).toBeGreaterThan(15)
    expect(variables(table)).toEqual([...known].toSorted())
    expect(variables(guide).filter((name) => !known.has(name))).toEqual([])
    expect(variables(await read('docker-compose.yml')).filter((name) => !known.has(name))).toEqual([])
  })

  test('states the defaults that hold', () => {
    const rows = [...table.matchAll(/^\| (`[A-Z_`, ]+) \| (`[^|<]+`) \|/gm)]
    expect(rows.length).toBeGreaterThan(9)
    for (const [row, names = '', values = ''] of rows) {
      const listed = literals(values)
      const environment = Object.fromEntries(literals(names).map((name, at) => [name, listed[at]]))
      expect(parseSettings(environment), row).toEqual(parseSettings({}))
    }
  })

  test('asks for the rights and events that app.yml asks for', async () => {
    const app = parse(await read('app.yml')) as {
      default_permissions: Record<string, string>
      default_events: string[]
      hook_attributes: { url: string }
    }
    const rights = /^\| Repository permissions \|(.*)\|$/m.exec(guide)?.[1] ?? ''
    const words = [...rights.matchAll(/\*\*([^*]+)\*\*: (read-only|read and write)/g)]
    const asked = words.map(([, name = '', right]) => [
      name.toLowerCase().replace('commit ', '').replaceAll(' ', '_'),
      right === 'read-only' ? 'read' : 'write',
    ])
    expect(Object.fromEntries(asked)).toEqual(app.default_permissions)
    expect(
      /^\| Subscribe to events \| \*\*(.*)\*\* \|$/m
        .exec(guide)?.[1]
        ?.toLowerCase()
        .replaceAll(/(?<=\w) /g, '_'),
    ).toBe(app.default_events.join(', '))
    expect(guide).toContain(new URL(app.hook_attributes.url).pathname)
  })
})

/** The only files that may read the environment. */
async function environmentFiles(): Promise<string[]> {
  const parts = ['src', 'runner', 'cli', 'forge']
  const lists = await Promise.all(parts.map((part) => readdir(join(root, part), { recursive: true })))
  const found = lists.flatMap((names, at) => names.map((name) => join(parts[at] ?? '', name)))
  return ['contract/settings.ts', ...found.filter((path) => path.endsWith('env.ts'))]
}

function variables(text: string): string[] {
  return [...new Set(text.match(/MICROPUSH_[A-Z_]+/g))].toSorted()
}

function literals(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
}
