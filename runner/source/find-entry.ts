import type { Language } from '../../runtimes/catalogue.ts'

/** In the order in which they are looked for. */
const entries: Readonly<Record<Language, readonly string[]>> = {
  node: ['index', 'server', 'app'].flatMap((name) => ['js', 'mjs', 'cjs'].map((extension) => `${name}.${extension}`)),
  python: ['main.py', 'app.py'],
}

/** The entry file among the names in a micro's folder. `main` is package.json's, already known to exist; `node .` would take it too. */
export function findEntry(language: Language, names: ReadonlySet<string>, main?: string): string | undefined {
  return main !== undefined && languageOfFile(main) === language
    ? main
    : entries[language].find((name) => names.has(name))
}

export function languageOfFile(path: string): Language | undefined {
  if (/\.[mc]?js$/.test(path)) return 'node'
  return path.endsWith('.py') ? 'python' : undefined
}

/** The names that `findEntry` knows, of one language or of both. */
export function lookedFor(language: Language | undefined): readonly string[] {
  return language === undefined ? [...entries.node, ...entries.python] : entries[language]
}
