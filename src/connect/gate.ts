import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ensureSetupToken, githubFolder, setupTokenFile } from '../../contract/github-app.ts'
import { readFileIfThere, writePrivateFile } from '../../contract/private-file.ts'
import { parseJson } from '../../contract/text/parse-json.ts'

/** A page that was opened stays open this long, for the browser that opened it. */
export const SESSION_MS = 24 * 3_600_000
/** GitHub's own limit for the way there and back: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest */
const AWAY_MS = 3_600_000
const MOST_SESSIONS = 20

const journey = z.object({ stateHash: z.string(), sessionHash: z.string(), untilMs: z.number(), botUrl: z.string() })
const records = z.object({
  sessions: z.array(z.object({ hash: z.string(), untilMs: z.number() })),
  journeys: z.array(journey),
})

type Records = z.infer<typeof records>

/** What became of a browser that came back from GitHub. */
type Return =
  | { readonly kind: 'welcome'; readonly botUrl: string }
  /** Not ours, used before, or begun in another browser. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'late' }

/** Who may set the bot up: whoever reads the terminal or the log, and from then on that person's browser. */
export interface Gate {
  /** The secret that opens the page once; a new one when the last was used. */
  token(): Promise<string>
  /** Spends the secret for a session of this browser; undefined when it is not the right one. */
  enter(token: string): Promise<string | undefined>
  isOpenTo(session: string | undefined): boolean
  /** Notes that a session goes to GitHub; gives the `state` to come back with. */
  depart(session: string, botUrl: string): Promise<string>
  /** Takes a `state` back: good once, within the hour, and only for the session that left with it. */
  comeBack(session: string, state: string): Promise<Return>
}

/**
 * Opens the gate as it was left: a restart locks nobody out. Of what is kept, only the token stands there as it is, in a file
 * of its own that `micropush connect` reads and writes too.
 */
export async function openGate({
  dataDir,
  now,
}: {
  readonly dataDir: string
  readonly now: () => number
}): Promise<Gate> {
  const file = join(githubFolder(dataDir), 'setup.json')
  const tokenFile = setupTokenFile(dataDir)
  let { sessions, journeys } = readRecords(await readFileIfThere(file))
  const keep = () => {
    sessions = sessions.filter(({ untilMs }) => untilMs > now()).slice(-MOST_SESSIONS)
    // Those that are late stay for a day, so that whoever comes back late is told so.
    journeys = journeys.filter(({ untilMs }) => untilMs + SESSION_MS > now()).slice(-MOST_SESSIONS)
    return writePrivateFile(file, JSON.stringify({ sessions, journeys }))
  }
  return {
    token: () => ensureSetupToken(dataDir),
    async enter(token) {
      const right = (await readFileIfThere(tokenFile))?.trim() ?? ''
      if (right === '' || !same(hash(token), hash(right))) return undefined
      if (!(await spend(tokenFile))) return undefined
      const session = newSecret()
      sessions.push({ hash: hash(session), untilMs: now() + SESSION_MS })
      await keep()
      return session
    },
    isOpenTo: (session) =>
      session !== undefined && sessions.some((one) => same(one.hash, hash(session)) && one.untilMs > now()),
    async depart(session, botUrl) {
      const state = newSecret()
      journeys.push({ stateHash: hash(state), sessionHash: hash(session), untilMs: now() + AWAY_MS, botUrl })
      await keep()
      return state
    },
    async comeBack(session, state) {
      const found = journeys.find((one) => same(one.stateHash, hash(state)) && same(one.sessionHash, hash(session)))
      if (found === undefined) return { kind: 'unknown' }
      journeys = journeys.filter((one) => one !== found)
      await keep()
      return found.untilMs > now() ? { kind: 'welcome', botUrl: found.botUrl } : { kind: 'late' }
    },
  }
}

/** Takes the file away; of two who come at once, the kernel lets one (unlink(2)). */
async function spend(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}

function readRecords(text: string | undefined): Records {
  const parsed = records.safeParse(text === undefined ? undefined : parseJson(text))
  // Damaged or none: everybody asks for a new link, which is no loss.
  return parsed.success ? parsed.data : { sessions: [], journeys: [] }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
