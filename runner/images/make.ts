import { createReadStream } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NodePackages, Runtime } from '../../runtimes/catalogue.ts'
import type { Docker } from '../docker/client.ts'
import { buildImage, imageExists, pruneUnnamed } from '../docker/images.ts'
import { provideBases } from './bases.ts'
import { baseDockerfile, builderDockerfile, initDockerfile, pipFolder, sandboxDockerfile } from './dockerfile.ts'
import { installManagers, installNode } from './packages.ts'
import { downloadPip } from './pip.ts'
import { initReference, type RuntimeReferences } from './recipe.ts'
import type { SandboxSources, SourceFile } from './sources.ts'
import { runTool } from './tool.ts'

export interface Making {
  readonly docker: Docker
  readonly runtime: Runtime
  readonly references: RuntimeReferences
  readonly sources: SandboxSources
  /** For temporary files; the caller removes it. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** Makes what is missing of a runtime's images, the sandbox last: its existence means that the runtime is ready. */
export async function makeImages(making: Making): Promise<void> {
  const { docker, runtime, references, onProgress } = making
  const started = Date.now()
  onProgress(`Preparing ${runtime.id}`)
  const below = await Promise.all([imageExists(docker, references.base), imageExists(docker, references.builder)])
  if (!below.every(Boolean)) await makeBelow(making)
  const init = await makeInit(making)
  const files = await writeFiles(join(making.folder, 'sandbox'), making.sources.loader, 'loader')
  await writeFiles(files, making.sources.library, 'library')
  const dockerfile = sandboxDockerfile(runtime, { base: references.base, init })
  await build(making, { reference: references.sandbox, dockerfile, files, label: 'sandbox' })
  onProgress(`${runtime.id} is ready after ${Math.round((Date.now() - started) / 1000)} s`)
}

/** Base and builder: what takes minutes, and is made anew only when a recipe changes. */
async function makeBelow(making: Making): Promise<void> {
  const { runtime, references, folder } = making
  const bases = await provideBases(making)
  const base = join(folder, 'base')
  const builder = join(folder, 'builder')
  await mkdir(base)
  await mkdir(builder)
  if (runtime.packages) await fillNode(making, { base, builder, packages: runtime.packages })
  else if (bases.from === 'distribution') await downloadPip(runtime.version, join(builder, pipFolder), making)
  await build(making, {
    reference: references.builder,
    dockerfile: builderDockerfile(runtime, {
      base: bases.builder,
      pip: bases.from === 'distribution' ? 'ours' : 'its own',
    }),
    files: builder,
    label: 'builder',
  })
  await build(making, {
    reference: references.base,
    dockerfile: baseDockerfile(runtime, bases.sandbox),
    files: base,
    label: 'base',
  })
}

interface NodeTrees {
  readonly base: string
  readonly builder: string
  readonly packages: NodePackages
}

async function fillNode({ runtime, folder, signal, onProgress }: Making, trees: NodeTrees): Promise<void> {
  onProgress(`Adding Node.js ${runtime.version} and its package managers (about 15 s)`)
  const place = { folder, signal }
  const tree = join(trees.builder, 'runtime')
  await installNode(tree, { range: trees.packages.node, headers: true }, place)
  await mkdir(join(trees.base, 'runtime/usr/local/bin'), { recursive: true })
  await cp(join(tree, 'usr/local/bin/node'), join(trees.base, 'runtime/usr/local/bin/node'))
  await installManagers(tree, trees.packages, place)
}

/** Compiles init with the builder's compiler; the image that comes out holds the program alone. */
async function makeInit(making: Making): Promise<string> {
  const { docker, references, sources, folder } = making
  const reference = initReference(JSON.stringify(sources.init))
  if (await imageExists(docker, reference)) return reference
  const files = await writeFiles(join(folder, 'init'), sources.init, '.')
  await build(making, { reference, dockerfile: initDockerfile(references.builder), files, label: 'init' })
  await pruneUnnamed(docker, 'micropush.image=stage')
  return reference
}

interface ImageBuild {
  readonly reference: string
  readonly dockerfile: string
  /** The folder that is the build context. */
  readonly files: string
  readonly label: string
}

async function build({ docker, signal }: Making, { reference, dockerfile, files, label }: ImageBuild): Promise<void> {
  await writeFile(join(files, 'Dockerfile'), dockerfile)
  const tar = `${files}.tar`
  // Fixed times and owners: Docker's cache recognises the same content.
  const args = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-cf', tar, '-C', files, '.']
  await runTool({ name: 'tar', args, signal, timeoutMs: 120_000 })
  const labels = { 'micropush.image': label }
  await buildImage(docker, { reference, tar: createReadStream(tar), labels, signal })
}

async function writeFiles(folder: string, files: readonly SourceFile[], below: string): Promise<string> {
  await mkdir(join(folder, below), { recursive: true })
  for (const file of files) {
    const path = join(folder, below, file.name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, file.content)
  }
  return folder
}
