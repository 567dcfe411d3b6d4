import { createHash } from 'node:crypto'
import { distributionOf, type Language, type Runtime, type Suite } from '../../runtimes/catalogue.ts'
import type { SandboxSources } from './sources.ts'

/** An image of a distribution's packages that several runtimes share. */
export interface BaseRecipe {
  readonly suite: Suite
  readonly kind: 'sandbox' | 'builder'
  readonly packages: readonly string[]
  /** Shell commands on the finished tree, whose path is `$1`. They run on the host: none may name anything outside of `$1`. */
  readonly hooks: readonly string[]
}

/** dpkg need not sync to disk in a tree that is thrown away, and nobody reads manuals in a sandbox. */
export const dpkgOptions = [
  'force-unsafe-io',
  'path-exclude=/usr/share/doc/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/lintian/*',
]

/** libgomp is what wheels of numeric packages leave to the system. */
const SHARED = ['ca-certificates', 'tzdata', 'libstdc++6', 'libatomic1', 'libgomp1']
const COMPILERS = ['gcc', 'g++', 'make', 'patch', 'pkg-config', 'git', 'xz-utils', 'unzip']
/** What packages without a wheel or a prebuilt program most often link against; an install copies what it linked with. */
const HEADERS = [
  'libpq-dev',
  'libmariadb-dev',
  'libxml2-dev',
  'libxslt1-dev',
  'libjpeg-dev',
  'zlib1g-dev',
  'libffi-dev',
  'libssl-dev',
]
/** psycopg without its binary extra loads the system's libpq. */
const PYTHON_LIBRARIES = ['libpq5']

interface PythonPackages {
  /** What the packages are named after: `python3` where it is the suite's own version. */
  readonly name: string
  /** Parts of the standard library that are packed separately, as long as that Python has them. */
  readonly extras: readonly string[]
}

const PYTHON: Readonly<Record<Suite, PythonPackages>> = {
  bionic: { name: 'python3.7', extras: ['python3-distutils'] },
  focal: { name: 'python3', extras: ['python3-distutils'] },
  bullseye: { name: 'python3', extras: ['python3-distutils'] },
  jammy: { name: 'python3', extras: ['python3-distutils'] },
  bookworm: { name: 'python3', extras: ['python3-distutils'] },
  noble: { name: 'python3', extras: [] },
  trixie: { name: 'python3', extras: [] },
  // Still in the making: its own version may change.
  forky: { name: 'python3.14', extras: [] },
}

/** Mount points exist beforehand, so that a read-only root can be mounted on; the host's own names stay outside. */
const LAYOUT =
  'mkdir -p "$1/app" "$1/dependencies" "$1/run/micropush" "$1/opt/micropush" && rm -f "$1/etc/resolv.conf" "$1/etc/hostname"'
/** Not left out by dpkg: scripts of older packages want their manuals to be there while they are installed. */
const NO_MANUALS = 'find "$1/usr/share/man" -mindepth 1 -delete'
const NO_CACHES = 'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/var/log/*'
/** A program that changes its user is of no use under no-new-privileges, and one wall less if that ever fails. */
const NO_SETUID = 'find "$1" -xdev -type f -perm /6000 -exec chmod ug-s {} +'
/** The builder is thrown away after each install: there is no system Python to protect. */
const PIP_MAY_INSTALL = 'rm -f "$1"/usr/lib/python3.*/EXTERNALLY-MANAGED'

/** What a runtime's sandbox is made of when a distribution's packages are the source. */
export function sandboxBase(language: Language, suite: Suite): BaseRecipe {
  const { name, extras } = PYTHON[suite]
  const python = language === 'python' ? [name, ...extras, ...PYTHON_LIBRARIES] : []
  const hooks = [LAYOUT, NO_MANUALS, NO_CACHES, NO_SETUID, ...(language === 'python' ? pythonNames(suite) : [])]
  return { suite, kind: 'sandbox', packages: [...SHARED, ...python], hooks }
}

/** The builder of a suite serves both languages: node-gyp needs Python as well. */
export function builderBase(suite: Suite): BaseRecipe {
  const { name, extras } = PYTHON[suite]
  const python = [name, `${name}-dev`, `${name}-venv`, ...extras]
  return {
    suite,
    kind: 'builder',
    packages: [...SHARED, ...COMPILERS, ...HEADERS, ...python],

    hooks: [LAYOUT, NO_MANUALS, NO_CACHES, NO_SETUID, ...pythonNames(suite), PIP_MAY_INSTALL],
  }
}

/** The names that people call Python by. */
function pythonNames(suite: Suite): string[] {
  const { name } = PYTHON[suite]
  return [...(name === 'python3' ? [] : [`ln -sf ${name} "$1/usr/bin/python3"`]), 'ln -sf python3 "$1/usr/bin/python"']
}

/** The name of a base image: the same recipe has the same name. */
export function baseReference(recipe: BaseRecipe): string {
  return `micropush/${distributionOf(recipe.suite)}-${recipe.suite}-${recipe.kind}:${contentHash(JSON.stringify([recipe, dpkgOptions]))}`
}

/** The name of the image that holds the compiled init. */
export function initReference(source: string): string {
  return `micropush/init:${contentHash(source)}`
}

export interface RuntimeImages {
  readonly sandbox: string
  readonly builder: string
}

export interface RuntimeReferences extends RuntimeImages {
  /** The sandbox without loader and init, so that a changed loader costs a thin layer only. */
  readonly base: string
}

/**
 * The names of a runtime's images.
 *
 * @param content digest of what goes into the sandbox's thin layer: loader and init.
 */
export function runtimeReferences(runtime: Runtime, content: string): RuntimeReferences {
  const bases = [sandboxBase(runtime.language, runtime.suite), builderBase(runtime.suite)]
  const below = JSON.stringify([runtime, bases, dpkgOptions, LAYOUT_VERSION])
  return {
    base: `micropush/${runtime.id}-base:${contentHash(below)}`,
    builder: `micropush/${runtime.id}-builder:${contentHash(below)}`,
    sandbox: `micropush/${runtime.id}:${contentHash(below + content)}`,
  }
}

/** Every name of what a runtime needs, what it is built on included. */
export function allReferences(runtime: Runtime, sources: SandboxSources): string[] {
  const bases = [sandboxBase(runtime.language, runtime.suite), builderBase(runtime.suite)].map(baseReference)
  const init = initReference(JSON.stringify(sources.init))
  return [...Object.values(runtimeReferences(runtime, JSON.stringify(sources))), init, ...bases]
}

/** Grows when `dockerfile.ts` or `packages.ts` put something else, or elsewhere, into the images. */
const LAYOUT_VERSION = 3

function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
