import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'

/** systemd-resolved puts a stub on loopback into /etc/resolv.conf, and the real servers here (systemd-resolved(8)). */
const candidates = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf']

/** resolv.conf(5): MAXNS. */
const MOST_RESOLVERS = 3

/**
 * The name servers that sandboxes may ask: the operator's choice, else the host's own that are reachable from elsewhere.
 *
 * @throws MicropushError `setup-incomplete` when the host asks only itself.
 */
export async function hostResolvers(chosen: readonly string[] = []): Promise<string[]> {
  if (chosen.length > 0) return [...chosen]
  for (const path of candidates) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    const found = parseResolvers(text)
    if (found.length > 0) return found
  }
  throw new MicropushError(
    'setup-incomplete',
    'The name servers in /etc/resolv.conf are on this machine’s loopback, where no sandbox can reach them. Name others in MICROPUSH_DNS, such as MICROPUSH_DNS=192.0.2.53.',
  )
}

/** IPv4 name servers that are not on loopback; sandboxes have no IPv6. */
export function parseResolvers(text: string): string[] {
  const named = text.split('\n').flatMap((line) => {
    const [keyword, address = ''] = line.trim().split(/\s+/)
    return keyword === 'nameserver' && isIPv4(address) && !address.startsWith('127.') ? [address] : []
  })
  return [...new Set(named)].slice(0, MOST_RESOLVERS)
}

/**
 * Writes the resolv.conf that is mounted into sandboxes and builders. Docker's own resolver is made of firewall rules inside the sandbox's network,
 * which gVisor's network never passes.
 *
 * @returns its path.
 */
export async function writeResolvConf(dataDir: string, resolvers: readonly string[]): Promise<string> {
  const folder = join(dataDir, 'network')
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'resolv.conf')
  const text = [...resolvers.map((address) => `nameserver ${address}`), 'options timeout:2 attempts:2', ''].join('\n')
  // In place, and not by a rename: what is mounted is the file, not its name.
  await writeFile(path, text)
  // Every sandbox reads it, whatever the umask says.
  await chmod(path, 0o644)
  return path
}
