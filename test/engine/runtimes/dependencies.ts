import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { imagesOf } from './images.ts'

const run = promisify(execFile)
const cache = join(tmpdir(), 'micropush-test-dependencies')
const CERTIFICATES = '/etc/ssl/certs'

/** Packages for a test, installed once on a machine and found afterwards; the folder is node_modules itself. */
export async function nodePackages(specs: readonly string[]): Promise<string> {
  const folder = await installed(`node ${specs.join(' ')}`, async (place) => {
    await writeFile(join(place, 'package.json'), '{"private":true}')
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...specs], { cwd: place })
  })
  return join(folder, 'node_modules')
}

/** Python packages for a runtime, installed by its builder's pip with the host's settings and certificates. */
export async function pythonPackages(runtime: string, specs: readonly string[]): Promise<string> {
  const { builder } = await imagesOf(runtime)
  return installed(`${runtime} ${specs.join(' ')}`, async (place) => {
    const host = [
      `${CERTIFICATES}:${CERTIFICATES}:ro`,
      ...['/etc/pip.conf', process.env['PIP_FIND_LINKS'] ?? '']
        .filter((path) => path.startsWith('/') && existsSync(path))
        .map((path) => `${path}:${path}:ro`),
    ]
    const names = Object.keys(process.env).filter((name) => /^(PIP_|https?_proxy$)/i.test(name))
    const flags = [`${place}:/out`, ...host]
      .flatMap((bind) => ['-v', bind])
      .concat(names.flatMap((name) => ['-e', name]))
    const install = ['python3', '-m', 'pip', 'install', '--no-cache-dir', '--target', '/out', ...specs]
    await run('docker', ['run', '--rm', '--network', 'host', ...flags, builder, ...install])
  })
}

async function installed(key: string, install: (place: string) => Promise<void>): Promise<string> {
  const folder = join(cache, createHash('sha256').update(key).digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const place = await mkdtemp(join(cache, 'new-'))
  await install(place)
  await rename(place, folder)
  await run('chmod', ['-R', 'a+rX', folder])
  return folder
}
