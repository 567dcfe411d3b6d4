import { MicropushError } from '../../../contract/errors.ts'
import { runTool } from '../tool.ts'
import type { HostFacts } from './list-runtimes.ts'

const tools = { mmdebstrap: ['node', 'python'], npm: ['node'], python3: ['python'] } as const

/** The programs that making images without a registry needs and that this host lacks, by language. */
export async function findMissing(signal: AbortSignal): Promise<HostFacts['missing']> {
  const missing: Record<'node' | 'python', string[]> = { node: [], python: [] }
  for (const [name, languages] of Object.entries(tools)) {
    if (await works(name, signal)) continue
    for (const language of languages) missing[language].push(name)
  }
  return missing
}

async function works(name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await runTool({ name, args: ['--version'], signal, timeoutMs: 10_000 })
    return true
  } catch (error) {
    // It is not there, or it fails: of no use either way.
    if (error instanceof MicropushError) return false
    throw error
  }
}
