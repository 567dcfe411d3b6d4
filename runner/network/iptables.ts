import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { MicropushError } from '../../contract/errors.ts'

/** How long to wait for the lock that all users of iptables share. */
const LOCK_SECONDS = 10
const TOOL_MS = 20_000

type Family = 'iptables' | 'ip6tables'

/** The rules of a table as `-S` prints them. */
export async function listRules(table: 'filter' | 'mangle', family: Family = 'iptables'): Promise<string[]> {
  const rules = await run(family, ['--wait', String(LOCK_SECONDS), '--table', table, '-S'])
  return rules.trim().split('\n')
}

/** Applies a text of `iptables-save`'s form to the chains that it names, all of it or nothing. */
export async function restoreRules(rules: string, family: Family = 'iptables'): Promise<void> {
  await run(`${family}-restore`, ['--noflush', '--wait', String(LOCK_SECONDS)], rules)
}

async function run(command: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: TOOL_MS,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  })
  child.stdin.on('error', () => {
    // It ended before it read everything: its exit code and words are what is told.
  })
  child.stdin.end(input)
  try {
    const [output, complaint, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    if (code === 0) return output
    throw new Error(`${command} ended with ${String(code)}: ${complaint.trim()}`)
  } catch (error) {
    throw new MicropushError(
      'setup-incomplete',
      `The firewall that keeps micros away from this machine and its neighbours cannot be set up: \`${command}\` does not work here. It needs root and the package iptables.`,
      { cause: error },
    )
  }
}
