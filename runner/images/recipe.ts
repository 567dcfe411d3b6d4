import { createHash } from 'node:crypto'
import type { DebianSuite, Language, Runtime } from '../../runtimes/catalogue.ts'
import type { SandboxSources } from './sources.ts'

/** An image of Debian packages that several runtimes share. */
export interface BaseRecipe {
  readonly suite: DebianSuite
  readonly kind: 'sandbox' | 'builder'
  readonly packages: readonly string[]
  /** Shell commands on the finished tree, whose path is `$1`. */
  readonly hooks: readonly string[]
}

/** dpkg need not sync to disk in a tree that is thrown away, and nobody reads manuals in a sandbox. */
export const dpkgOptions = [
  'force-unsafe-io',
  'path-exclude=/usr/share/doc/*',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/lintian/*',
]

const SHARED = ['ca-certificates', 'tzdata', 'libstdc++6', 'libatomic1']
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
const PYTHON_BUILD = ['python3', 'python3-dev', 'python3-pip', 'python3-venv']

/** Parts of Python's standard library that Debian packs separately, as long as that Python has them. */
const PYTHON_EXTRAS: Readonly<Record<DebianSuite, readonly string[]>> = {
  bullseye: ['python3-distutils'],
  bookworm: ['python3-distutils'],
  trixie: [],
}

/** Mount points exist beforehand, so that a read-only root can be mounted on; the host's own names stay outside. */
const LAYOUT =
  'mkdir -p "$1/app" "$1/dependencies" "$1/run/micropush" "$1/opt/micropush" && rm -f "$1/etc/resolv.conf" "$1/etc/hostname"'
const NO_CACHES = 'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/* "$1"/var/log/*'
/** A program that changes its user is of no use under no-new-privileges, and one wall less if that ever fails. */
const NO_SETUID = 'find "$1" -xdev -type f -perm /6000 -exec chmod ug-s {} +'
const PYTHON_NAME = 'ln -sf python3 "$1/usr/bin/python"'
/** The builder is thrown away after each install: there is no system Python to protect. */
const PIP_MAY_INSTALL = 'rm -f "$1"/usr/lib/python3.*/EXTERNALLY-MANAGED'

/** What a runtime's sandbox is made of when Debian packages are the source. */
export function sandboxBase(language: Language, suite: DebianSuite): BaseRecipe {
  const python = language === 'python' ? ['python3', ...PYTHON_EXTRAS[suite]] : []
  const hooks = [LAYOUT, NO_CACHES, NO_SETUID, ...(language === 'python' ? [PYTHON_NAME] : [])]
  return { suite, kind: 'sandbox', packages: [...SHARED, ...python], hooks }
}

/** The builder of a suite serves both languages: node-gyp needs Python as well. */
export function builderBase(suite: DebianSuite): BaseRecipe {
  return {
    suite,
    kind: 'builder',
    packages: [...SHARED, ...COMPILERS, ...HEADERS, ...PYTHON_BUILD, ...PYTHON_EXTRAS[suite]],
    hooks: [LAYOUT, NO_CACHES, NO_SETUID, PYTHON_NAME, PIP_MAY_INSTALL],
  }
}

/** The name of a base image: the same recipe has the same name. */
export function baseReference(recipe: BaseRecipe): string {
  return `micropush/debian-${recipe.suite}-${recipe.kind}:${contentHash(JSON.stringify([recipe, dpkgOptions]))}`
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
  const bases = runtime.debian ? [sandboxBase(runtime.language, runtime.debian), builderBase(runtime.debian)] : []
  const below = JSON.stringify([runtime, bases, dpkgOptions, LAYOUT_VERSION])
  return {
    base: `micropush/${runtime.id}-base:${contentHash(below)}`,
    builder: `micropush/${runtime.id}-builder:${contentHash(below)}`,
    sandbox: `micropush/${runtime.id}:${contentHash(below + content)}`,
  }
}

/** Every name of what a runtime needs, what it is built on included. */
export function allReferences(runtime: Runtime, sources: SandboxSources): string[] {
  const suite = runtime.debian
  const debian = suite ? [sandboxBase(runtime.language, suite), builderBase(suite)].map(baseReference) : []
  const init = initReference(JSON.stringify(sources.init))
  return [...Object.values(runtimeReferences(runtime, JSON.stringify(sources))), init, ...debian]
}

/** Grows when `dockerfile.ts` or `packages.ts` put something else, or elsewhere, into the images. */
const LAYOUT_VERSION = 2

function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
