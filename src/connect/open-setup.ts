import { setupLink } from '../../contract/github-app.ts'
import type { BotSettings, SetupSettings } from '../env.ts'
import { githubWebUrl } from '../github/web-url.ts'
import type { Log } from '../log.ts'
import { createEcho } from './address/echo.ts'
import { createClientOf } from './client-of.ts'
import type { Connection } from './connection.ts'
import { createDiagnosis } from './diagnosis/diagnosis.ts'
import { openGate } from './gate.ts'
import { readAppDemands } from './manifest.ts'
import { createSetupDoor, type SetupDoor } from './routes.ts'
import type { Sightings } from './sightings.ts'

interface Parts {
  readonly settings: BotSettings | SetupSettings
  readonly connection: Connection
  readonly sightings: Sightings
  readonly log: Log
}

/** The pages below `/setup`; where no App is connected yet, the link to them is logged: whoever reads the log may follow it. */
export async function openSetup({ settings, connection, sightings, log }: Parts): Promise<SetupDoor> {
  const now = Date.now
  const gate = await openGate({ dataDir: settings.dataDir, now })
  const stored = connection.current()?.stored
  const github = stored ?? settings.github ?? { webUrl: githubWebUrl(settings.githubUrl), apiUrl: settings.githubUrl }
  if (connection.current() === undefined) {
    const link = setupLink(settings.botUrl, await gate.token())
    log.info({ link }, 'not connected to GitHub yet: open the link to connect')
  }
  return createSetupDoor({
    settings,
    github: { webUrl: github.webUrl, apiUrl: github.apiUrl },
    githubHost: new URL(github.webUrl).host,
    connection,
    gate,
    echo: createEcho(),
    sightings,
    diagnosis: createDiagnosis({ client: createClientOf(connection), webUrl: github.webUrl, now }),
    demands: await readAppDemands(),
    log,
  })
}
