import { posix } from 'node:path'
import { MicropushError } from '../../../contract/errors.ts'
import { meetDeta, OURS } from '../pip/meet-deta.ts'
import { pipInstall } from '../pip/pip-install.ts'
import type { InstallPlan } from './install-plan.ts'
import { newReadBudget, readIfAny, type ReadBudget } from './read-inputs.ts'

/** Prints what `[project]` depends on, one requirement a line, those for `deta` as `meetDeta` has them. tomllib is part of Python since 3.11; pip brings a parser before that. */
const LIST_PROJECT = `python3 - > /tmp/requirements.txt <<'END'
import re
try:
    import tomllib as toml
except ImportError:
    try:
        from pip._vendor import tomli as toml
    except ImportError:
        from pip._vendor import toml
with open("pyproject.toml", encoding="utf-8") as file:
    project = toml.loads(file.read())["project"]
def met(line):
    if not re.match(r"\\s*deta(?![\\w.-])", line, re.I):
        return line
    marker = line.partition(";")[2].strip()
    return "${OURS}" + (" ; " + marker if marker else "")
print("\\n".join(map(met, project.get("dependencies", []))))
END`

/** Each line of these files is looked at several times, while nothing else is done: in this many, for half a second at most. */
const LISTS_BYTES = 4 * 1024 * 1024

/**
 * How the packages of a Python micro are installed: from requirements.txt, else from pyproject.toml.
 *
 * @throws MicropushError `install-failed` for requirements that include a file which is not there
 */
export async function planPython(dir: string): Promise<InstallPlan | undefined> {
  const budget = newReadBudget(LISTS_BYTES)
  const text = await readIfAny(dir, 'requirements.txt', budget)
  if (text !== undefined) return planRequirements(dir, text, budget)
  const project = await readIfAny(dir, 'pyproject.toml', budget)
  return project === undefined ? undefined : planProject(project)
}

async function planRequirements(dir: string, text: string, budget: ReadBudget): Promise<InstallPlan | undefined> {
  const inputs: Record<string, string> = {}
  const wholeSource = await collect({ dir, path: 'requirements.txt', text, inputs, budget })
  if (Object.values(inputs).every((one) => logicalLines(one).every((line) => includedFile(line) !== undefined))) {
    return undefined
  }
  return {
    language: 'python',
    manager: 'pip',
    inputs,
    wholeSource,
    keepsChanges: false,
    // A package without a wheel is made by its own setup code.
    runsCode: true,
    install: pipInstall('-r requirements.txt'),
    prune: '',
  }
}

interface Collecting {
  readonly dir: string
  readonly path: string
  readonly kind?: 'requirements' | 'constraints'
  readonly text: string
  readonly inputs: Record<string, string>
  /** For the files that are included. */
  readonly budget: ReadBudget
}

/** Adds a requirements file and those it includes; true when a line names something in the repository itself. */
async function collect({ dir, path, kind = 'requirements', text, inputs, budget }: Collecting): Promise<boolean> {
  inputs[path] = notEditable(meetDeta(text, kind))
  let local = false
  for (const line of logicalLines(text)) {
    const included = includedFile(line)
    if (included === undefined) {
      local ||= isLocal(line)
      continue
    }
    if (/^[a-z]+:\/\//i.test(included)) continue
    const target = posix.join(posix.dirname(path), included)
    if (Object.hasOwn(inputs, target)) continue
    const more = target.startsWith('..') ? undefined : await readIfAny(dir, target, budget)
    if (more === undefined)
      throw new MicropushError('install-failed', `${path} includes ${included}, which is not there.`)
    const its = /^(?:-c|--constraint)/.test(line) ? 'constraints' : kind
    local = (await collect({ dir, path: target, kind: its, text: more, inputs, budget })) || local
  }
  return local
}

/** Lines as pip reads them: continued ones joined, comments and empty ones left out (pip, "Requirements File Format"). */
function logicalLines(text: string): string[] {
  return text
    .replaceAll(/\\\n/g, '')
    .split('\n')
    .map((line) => withoutComment(line).trim())
    .filter((line) => line !== '')
}

/** A search and a cut, because a pattern that looks for the line's end from each `#` takes the square of the line's length. */
function withoutComment(line: string): string {
  const at = line.search(/(?:^|\s)#/)
  return at === -1 ? line : line.slice(0, at)
}

/** An editable install is a pointer to a folder that is not there at run time: `-e ./lib` becomes `./lib`. */
function notEditable(text: string): string {
  return text.replaceAll(/^[ \t]*(?:-e|--editable)[ \t=]+(?=\.|\/|file:|[\w-]+\/)/gm, '')
}

function includedFile(line: string): string | undefined {
  return /^(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?<=-[rc]))(\S+)$/.exec(line)?.[1]
}

/** `-e .`, `.`, `./lib`, `lib/thing.whl`, `--find-links wheels`, `name @ file:…`: but no URL of elsewhere. */
function isLocal(line: string): boolean {
  if (/^(?:-f|--find-links)[\s=]*(?![a-z]+:\/\/)\S/i.test(line)) return true
  const what = line.replace(/^(?:-e|--editable)[\s=]*/, '')
  if (/(?:^|@\s*)file:/i.test(what)) return true
  if (what.startsWith('-') || /(?:^|@\s*)[a-z+]+:\/\//i.test(what)) return false
  return (
    /^\.{0,2}\//.test(what) || what === '.' || what.startsWith('.[') || /^[\w.-]+\/|\.(?:whl|zip|tar\.gz)$/.test(what)
  )
}

function planProject(text: string): InstallPlan | undefined {
  const tables = tableNames(text)
  const inputs = { 'pyproject.toml': text }
  if (tables.has('project') && !/^[ \t]*dynamic\s*=\s*\[[^\][]*["']dependencies["']/m.test(text)) {
    if (!/^[ \t]*dependencies\s*=\s*\[\s*[^\]\s]/m.test(text)) return undefined
    const install = `${LIST_PROJECT}\n${pipInstall('-r /tmp/requirements.txt')}`
    return {
      language: 'python',
      manager: 'pip',
      inputs,
      wholeSource: false,
      keepsChanges: false,
      // A package without a wheel is made by its own setup code.
      runsCode: true,
      install,
      prune: '',
    }
  }
  if (!tables.has('build-system') && !tables.has('tool.poetry')) return undefined
  return {
    language: 'python',
    manager: 'pip',
    inputs,
    wholeSource: true,
    keepsChanges: false,
    // A package without a wheel is made by its own setup code.
    runsCode: true,
    install: pipInstall('.'),
    prune: '',
  }
}

/** Headings only: whether dependencies are listed has to be known before a builder, and a TOML parser, is at hand. */
function tableNames(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^[ \t]*\[([\w.-]+)\]/gm)].map((match) => match[1] ?? ''))
}
