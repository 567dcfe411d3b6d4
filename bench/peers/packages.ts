import { execFile } from 'node:child_process'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What is compared with, and the libraries of theirs that a machine without them lacks. */
const PACKAGES = [
  'nginx',
  'caddy',
  'haproxy',
  'wrk',
  'libluajit-5.1-2',
  'liblua5.3-0',
  'libopentracing-c-wrapper0',
  'libopentracing1',
]

export interface Peers {
  readonly nginx: string
  readonly caddy: string
  readonly haproxy: string
  readonly wrk: string
  /** Where their libraries are found. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Debian's packages of the peers, unpacked below a folder and installed nowhere; what is there already is used again.
 *
 * @throws Error with words for a person when they cannot be had.
 */
export async function fetchPeers(folder: string): Promise<Peers> {
  const root = join(folder, 'root')
  if (!(await exists(root))) await fetchInto(folder, root)
  const lib = join(root, 'usr', 'lib')
  const libraries = (await readdir(lib)).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(lib, name))
  const bin = (path: string): string => join(root, 'usr', path)
  return {
    nginx: bin('sbin/nginx'),
    caddy: bin('bin/caddy'),
    haproxy: bin('sbin/haproxy'),
    wrk: bin('bin/wrk'),
    env: { PATH: process.env['PATH'] ?? '', LD_LIBRARY_PATH: libraries.join(':'), HOME: folder },
  }
}

async function fetchInto(folder: string, root: string): Promise<void> {
  const part = join(folder, 'part')
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  try {
    await run('apt-get', ['download', ...PACKAGES], { cwd: part })
    for (const file of await readdir(part)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(part, file), join(part, 'root')])
    }
  } catch (cause) {
    const words =
      'nginx, Caddy, HAProxy and wrk cannot be had: this needs apt-get download, as Debian and Ubuntu have it'
    throw new Error(`${words} (${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)})`, { cause })
  }
  await rename(join(part, 'root'), root)
  await rm(part, { recursive: true, force: true })
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
