import type { Page } from '../http/respond.ts'
import { findFaults } from './diagnosis/find-faults.ts'
import { standingPage } from './pages/standing.ts'
import type { SetupParts } from './parts.ts'

/** How the connection stands, as GitHub and our own door see it. */
export async function showStanding({
  connection,
  diagnosis,
  demands,
  github,
  settings,
  sightings,
}: SetupParts): Promise<Page> {
  const credentials = connection.current()
  const stored = credentials?.stored
  // What arrived since the last look may have been an installation.
  const facts = await diagnosis.look(sightings.list()[0]?.atMs)
  const known = facts.kind === 'known' ? facts.github : undefined
  const botUrl = credentials?.botUrl ?? settings.botUrl
  return standingPage({
    app: {
      name: known?.name ?? stored?.name ?? String(credentials?.appId),
      // A link of ours leads to our GitHub alone.
      url: sameOrigin(known?.url, github.webUrl) ?? stored?.htmlUrl,
      isFromEnvironment: stored === undefined,
    },
    facts,
    faults: findFaults(facts, { botUrl, demands, webUrl: github.webUrl }),
    seen: sightings.list(),
    refusedAtMs: sightings.refusedAtMs(),
  })
}

function sameOrigin(url: string | undefined, webUrl: string): string | undefined {
  return url !== undefined && URL.parse(url)?.origin === new URL(webUrl).origin ? url : undefined
}
