import { spawn } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { MicropushError } from '../contract/errors.ts'
import { say, step } from './say.ts'

/** A program that must be there, and the Debian package that brings it. */
export interface Need {
  readonly program: string
  readonly package: string
  readonly why: string
}

/** Where an executable is, on the path or where system programs live. */
export async function findProgram(program: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  for (const folder of folders) {
    const path = join(folder, program)
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return undefined
}

/**
 * Installs the packages of needs that are not met, saying so first.
 *
 * @throws MicropushError `setup-incomplete` where we must not or cannot: then it says what is missing and how to get it.
 */
export async function ensurePrograms(needs: readonly Need[]): Promise<void> {
  const missing: Need[] = []
  for (const need of needs) if ((await findProgram(need.program)) === undefined) missing.push(need)
  if (missing.length === 0) return
  const packages = [...new Set(missing.map((need) => need.package))]
  const list = missing.map((need) => `  ${need.program} (Debian package ${need.package}): ${need.why}`).join('\n')
  if (process.getuid?.() !== 0) {
    throw new MicropushError(
      'setup-incomplete',
      `Missing on this machine:\n${list}\nInstall them, or run this as root and it does.`,
    )
  }
  if (!(await isDebianLike())) {
    throw new MicropushError(
      'setup-incomplete',
      `Missing on this machine, which is no Debian or Ubuntu:\n${list}\nInstall them with its package manager and run this again.`,
    )
  }
  say(`Missing on this machine, and installed now from the distribution:\n${list}`)
  await step(`apt-get install ${packages.join(' ')}`, async () => {
    await apt(['update', '-qq'])
    await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages])
  })
}

async function isDebianLike(): Promise<boolean> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(text)
}

async function apt(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const child = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0) {
    throw new MicropushError(
      'setup-incomplete',
      `apt-get ${args[0] ?? ''} failed:\n${output.trim().split('\n').slice(-8).join('\n')}`,
    )
  }
}
