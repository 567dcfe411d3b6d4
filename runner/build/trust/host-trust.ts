import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRemote, withoutUserinfo } from './public-url.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What builders need to know of this machine's way to package registries. Nothing in it is secret: no token, no userinfo. */
export interface HostTrust {
  /** Lines of an npm user configuration: registries, proxies. */
  readonly npmrc: readonly string[]
  /** Environment for pip and for everything that honours a proxy. */
  readonly env: Readonly<Record<string, string>>
  /** PEM text of all certificate authorities that the host trusts, or undefined when none were found: then images use their own. */
  readonly certificates: string | undefined
}

const NPM_MS = 20_000

/** Where distributions keep the whole bundle, most usual first. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]
const BUNDLE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'PIP_CERT', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']

/** Reads the host's settings of npm and pip, its proxies and its certificate authorities; what is not there is left out. */
export async function readHostTrust(env: Environment): Promise<HostTrust> {
  const [npm, pip] = await Promise.all([npmConfig(), pipConfig(env)])
  return {
    npmrc: npmLines(npm),
    env: { ...pipEnvironment(pip), ...proxyEnvironment(env) },
    certificates: await readCertificates([npm['cafile'], pip['cert'], ...BUNDLE_VARIABLES.map((name) => env[name])]),
  }
}

async function npmConfig(): Promise<Readonly<Record<string, unknown>>> {
  try {
    // From `/`, so that no project's own .npmrc takes part. npm itself hides tokens in this list.
    const { stdout } = await promisify(execFile)('npm', ['config', 'list', '--json'], { cwd: '/', timeout: NPM_MS })
    return JSON.parse(stdout) as Record<string, unknown>
  } catch {
    // No npm on this host, or one that cannot read its own configuration: then there are no settings of it to honour.
    return {}
  }
}

/** The user configuration of npm for builders: only keys that say where registries are. */
export function npmLines(config: Readonly<Record<string, unknown>>): string[] {
  const kept = Object.entries(config).flatMap(([key, value]) => {
    if (typeof value !== 'string' || value === '') return []
    if (key === 'registry' || /^@[^:/]+:registry$/.test(key)) return [[key, withoutUserinfo(value)] as const]
    if ((key === 'proxy' || key === 'https-proxy') && isRemote(value)) return [[key, withoutUserinfo(value)] as const]
    return []
  })
  const noProxy = config['noproxy']
  const exceptions = Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string' && host !== '') : []
  return [
    ...kept.map(([key, value]) => `${key}=${value}`),
    ...(exceptions.length > 0 ? [`noproxy=${exceptions.join(',')}`] : []),
  ]
}

/** pip's settings as one flat table, later files before earlier ones (pip's documentation, "Configuration"), the environment before all. */
async function pipConfig(env: Environment): Promise<Readonly<Record<string, string>>> {
  const home = env['HOME'] ?? homedir()
  const files = [
    '/etc/pip.conf',
    join(home, '.pip/pip.conf'),
    join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'pip/pip.conf'),
    ...(env['PIP_CONFIG_FILE'] ? [env['PIP_CONFIG_FILE']] : []),
  ]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  const variables = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('PIP_') && value ? [[name.slice(4).toLowerCase().replaceAll('_', '-'), value] as const] : [],
  )
  return { ...Object.assign({}, ...texts.map(parsePipConfig)), ...Object.fromEntries(variables) }
}

/** The `[global]` and `[install]` sections of a pip.conf. */
export function parsePipConfig(text: string): Record<string, string> {
  const settings: Record<string, string> = {}
  let section = ''
  let last: string | undefined
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\[(.+)\]\s*$/.exec(line)?.[1]
    const pair = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line)
    if (heading !== undefined) section = heading
    else if (section !== 'global' && section !== 'install') continue
    else if (pair?.[1] !== undefined) {
      last = pair[1].toLowerCase().replaceAll('_', '-')
      settings[last] = (pair[2] ?? '').trim()
    } else if (/^\s+\S/.test(line) && last !== undefined) {
      settings[last] = `${settings[last] ?? ''} ${line.trim()}`.trim()
    }
  }
  return settings
}

function pipEnvironment(config: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const key of ['index-url', 'extra-index-url', 'trusted-host', 'timeout', 'default-timeout']) {
    const value = config[key]
    if (value) env[`PIP_${key.toUpperCase().replaceAll('-', '_')}`] = value.split(/\s+/).map(withoutUserinfo).join(' ')
  }
  const proxy = config['proxy']
  if (proxy && isRemote(proxy)) env['PIP_PROXY'] = withoutUserinfo(proxy)
  return env
}

/** Both spellings, because tools differ in which one they read. A proxy on the host's own loopback is no use in a container. */
function proxyEnvironment(env: Environment): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']) {
    const value = env[name] ?? env[name.toUpperCase()]
    if (!value) continue
    const shown = name === 'no_proxy' ? value : isRemote(value) ? withoutUserinfo(value) : undefined
    if (shown !== undefined) Object.assign(found, { [name]: shown, [name.toUpperCase()]: shown })
  }
  return found
}

/** Every authority once: an extra file names only the company's own, the system's bundle the rest. */
async function readCertificates(named: readonly unknown[]): Promise<string | undefined> {
  const extra = named.filter((path): path is string => typeof path === 'string' && path !== '')
  const [system, ...others] = await Promise.all([
    firstReadable(SYSTEM_BUNDLES),
    ...[...new Set(extra)].map((path) => readFile(path, 'utf8').catch(() => '')),
  ])
  const all = [system ?? '', ...others].flatMap(
    (text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  )
  return all.length === 0 ? undefined : `${[...new Set(all)].join('\n')}\n`
}

async function firstReadable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text !== undefined) return text
  }
  return undefined
}
