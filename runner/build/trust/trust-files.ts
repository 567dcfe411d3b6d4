import { createHash } from 'node:crypto'
import { access, chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../store/artifact-store.ts'
import type { BuilderMount } from '../builder/builder-container.ts'
import { hostEnvironment } from '../env.ts'
import { readHostTrust, type HostTrust } from './host-trust.ts'

/** What a builder is given so that it reaches registries as the host does. */
export interface TrustFiles {
  readonly mounts: readonly BuilderMount[]
  readonly env: Readonly<Record<string, string>>
}

/** Where images of Debian keep the bundle: whatever reads the system's own is served too. */
const BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
const NPMRC = '/etc/micropush-npmrc'

/**
 * Variables by which tools find a bundle that is not theirs: Node.js and with it npm, pnpm and Yarn; OpenSSL, pip, requests, curl, git.
 * npm's own `cafile` is not among them: it would make npm parse the whole bundle anew for every connection.
 */
const BUNDLE_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
]

const known = new Map<string, Promise<TrustFiles>>()

/** The host's trust, read once in the life of the process and kept below its data folder. */
export async function hostTrust(of: { readonly dataDir: string; readonly resolvConf?: string }): Promise<TrustFiles> {
  const dir = join(of.dataDir, 'trust')
  const reading = known.get(dir) ?? readHostTrust(hostEnvironment()).then((trust) => writeTrustFiles(dir, trust))
  known.set(dir, reading)
  try {
    const files = await reading
    return of.resolvConf === undefined
      ? files
      : { ...files, mounts: [...files.mounts, readOnly(of.resolvConf, '/etc/resolv.conf')] }
  } catch (error) {
    known.delete(dir)
    throw error
  }
}

/** Writes the host's trust below `dir`, each file named by its content, and says how a builder finds it. */
export async function writeTrustFiles(dir: string, trust: HostTrust): Promise<TrustFiles> {
  await mkdir(dir, { recursive: true })
  const mounts: BuilderMount[] = []
  const env: Record<string, string> = { ...trust.env }
  if (trust.certificates !== undefined) {
    mounts.push(readOnly(await writeOnce(dir, trust.certificates), BUNDLE))
    for (const name of BUNDLE_VARIABLES) env[name] = BUNDLE
  }
  if (trust.npmrc.length > 0) {
    // As the user's configuration it yields to a project's own .npmrc, which an environment variable would not.
    mounts.push(readOnly(await writeOnce(dir, `${trust.npmrc.join('\n')}\n`), NPMRC))
    env['npm_config_userconfig'] = NPMRC
  }
  return { mounts, env }
}

async function writeOnce(dir: string, text: string): Promise<string> {
  const path = join(dir, createHash('sha256').update(text).digest('hex').slice(0, 32))
  const present = await access(path).then(
    () => true,
    () => false,
  )
  if (present) return path
  await writeWhole(path, text)
  await chmod(path, 0o644)
  return path
}

function readOnly(from: string, to: string): BuilderMount {
  return { from, to, access: 'read-only' }
}
