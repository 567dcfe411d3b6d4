import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { fetchSource, type FetchInput, type Source } from '../../../runner/source/fetch-source.ts'
import { botAnswering } from './bot.ts'
import { rawTar, type RawHeader } from './raw-tar.ts'

export const TOP = 'ada-hello-0a1b2c3'
export const MB = 1024 * 1024

export interface Outcome {
  readonly source?: Source
  readonly error?: unknown
  readonly dir: string
  readonly tookMs: number
}

/**
 * Fetches an archive into a folder that lies between two that must not change: whatever it does, everything but `into` is
 * as it was, and after a refusal `into` is not there.
 */
export async function fetching(
  answer: (response: ServerResponse) => void,
  check: (outcome: Outcome) => Promise<void> | void,
  options: Partial<FetchInput> = {},
): Promise<void> {
  await using bot = await botAnswering((_, response) => answer(response))
  await mkdir(join(bot.dir, 'a/place/beside'), { recursive: true })
  await writeFile(join(bot.dir, 'a/sentinel'), 'a')
  await writeFile(join(bot.dir, 'a/place/beside/sentinel'), 'b')
  const before = await listing(bot.dir)
  const intoDir = join(bot.dir, 'a/place/into')
  const input = { botSocket: bot.botSocket, deploymentId: 'd1', folder: '.', intoDir, maxBytes: MB, maxEntries: 100 }
  const began = performance.now()
  const outcome = await fetchSource({ ...input, ...options }, new AbortController().signal).then(
    (source) => ({ source }),
    (error: unknown) => ({ error }),
  )
  const tookMs = performance.now() - began
  const after = await listing(bot.dir)
  const outside = after.filter((one) => !one.startsWith('a/place/into'))
  expect(outside).toEqual(before)
  expect(await readFile(join(bot.dir, 'a/sentinel'), 'utf8')).toBe('a')
  expect(await readFile(join(bot.dir, 'a/place/beside/sentinel'), 'utf8')).toBe('b')
  if ('error' in outcome) expect(after.length).toBe(outside.length)
  await check({ ...outcome, dir: intoDir, tookMs })
}

async function listing(dir: string): Promise<string[]> {
  return (await readdir(dir, { recursive: true })).toSorted()
}

/** Answers with these bytes. */
export const sends = (bytes: Buffer) => (response: ServerResponse) => void response.end(bytes)
/** Answers with an archive of these entries. */
export const archive = (entries: readonly RawHeader[]) => sends(gzipSync(rawTar(entries)))

/** A size field that octal digits have no room for (GNU tar). */
export function base256(size: bigint): Buffer {
  const field = Buffer.alloc(12)
  field.writeBigUInt64BE(size, 4)
  field[0] = 0x80
  return field
}
