import { chmod, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'
import type { NodePackages } from '../../runtimes/catalogue.ts'
import { runTool } from './tool.ts'

const DOWNLOAD_MS = 5 * 60_000

interface Place {
  /** Holds our temporary files. */
  readonly folder: string
  readonly signal: AbortSignal
}

/** Puts npm's build of Node into a tree: the program alone, or with the headers that native add-ons are compiled with. */
export async function installNode(
  tree: string,
  node: { readonly range: string; readonly headers: boolean },
  place: Place,
): Promise<void> {
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
  const from = await unpack(`node-linux-${arch}@${node.range}`, place)
  await mkdir(join(tree, 'usr/local/bin'), { recursive: true })
  await cp(join(from, 'bin/node'), join(tree, 'usr/local/bin/node'))
  await chmod(join(tree, 'usr/local/bin/node'), 0o755)
  if (node.headers) await cp(join(from, 'include'), join(tree, 'usr/local/include'), { recursive: true })
  await rm(from, { recursive: true })
}

/** Puts the package managers into a tree, each under the names that people call it by. */
export async function installManagers(tree: string, packages: NodePackages, place: Place): Promise<void> {
  const managers: readonly Manager[] = [
    { spec: `npm@${packages.npm}`, folder: 'npm', bins: { npm: 'bin/npm-cli.js', npx: 'bin/npx-cli.js' } },
    { spec: `pnpm@${packages.pnpm}`, folder: 'pnpm', bins: { pnpm: 'bin/pnpm.cjs' } },
    { spec: `yarn@${packages.yarn}`, folder: 'yarn', bins: { yarn: 'bin/yarn.js', yarnpkg: 'bin/yarn.js' } },
    { spec: `@yarnpkg/cli-dist@${packages.yarnBerry}`, folder: 'yarn-berry', bins: { 'yarn-berry': 'bin/yarn.js' } },
  ]
  for (const manager of managers) await installManager(tree, manager, place)
}

interface Manager {
  readonly spec: string
  readonly folder: string
  readonly bins: Readonly<Record<string, string>>
}

async function installManager(tree: string, { spec, folder, bins }: Manager, place: Place): Promise<void> {
  const from = await unpack(spec, place)
  const to = join(tree, 'usr/local/lib/node_modules', folder)
  await mkdir(dirname(to), { recursive: true })
  await mkdir(join(tree, 'usr/local/bin'), { recursive: true })
  await cp(from, to, { recursive: true })
  // The folder it came from was this process's own; builders run as somebody else.
  await chmod(to, 0o755)
  await rm(from, { recursive: true })
  for (const [name, target] of Object.entries(bins)) {
    await chmod(join(to, target), 0o755)
    await symlink(`../lib/node_modules/${folder}/${target}`, join(tree, 'usr/local/bin', name))
  }
}

/** Downloads a package with the host's npm, which checks its integrity and knows the host's registry, and unpacks it. */
async function unpack(spec: string, { folder, signal }: Place): Promise<string> {
  const cwd = await mkdtemp(join(folder, 'package-'))
  const args = ['pack', '--silent', '--ignore-scripts', spec]
  const output = await runTool({ name: 'npm', args, cwd, signal, timeoutMs: DOWNLOAD_MS })
  const file = output.trim().split('\n').at(-1)
  if (!file)
    throw new MicropushError('runtime-unavailable', `The npm registry has no package ${spec}. Ask the operator.`)
  const flags = ['--strip-components=1', '--no-same-owner', '-xzf', file]
  await runTool({ name: 'tar', args: flags, cwd, signal, timeoutMs: DOWNLOAD_MS })
  await rm(join(cwd, file))
  return cwd
}
