import type { Route } from '../http/route.ts'
import { appRoutes } from './app.ts'
import { checkRunRoutes } from './reports/check-runs.ts'
import { checkSuiteRoutes } from './reports/check-suites.ts'
import { commentRoutes } from './comments.ts'
import { commitRoutes } from './commits.ts'
import { collaboratorRoutes } from './collaborators.ts'
import { contentsRoutes } from './contents.ts'
import { deliveryRoutes } from './deliveries.ts'
import { deploymentRoutes } from './reports/deployments.ts'
import { faultRoutes } from './local/faults.ts'
import { installationRoutes } from './local/installations.ts'
import { mergeQueueRoutes } from './local/merge-queue.ts'
import { pingRoutes } from './local/ping.ts'
import { manifestRoutes } from '../manifest/routes.ts'
import { metaRoutes } from './meta.ts'
import { pullChangeRoutes } from './pull-changes.ts'
import { pullRoutes } from './pulls.ts'
import { reactionRoutes } from './reactions.ts'
import { repositoryLifeRoutes } from './repository-life.ts'
import { repositoryRoutes } from './repository.ts'
import { statusRoutes } from './reports/statuses.ts'
import { tarballRoutes } from './tarball.ts'

/** Everything below `/api/v3`. The first that fits serves: refs hold slashes, so `/commits/*ref` comes after what ends in more. */
export const routes: readonly Route[] = [
  ...metaRoutes,
  ...appRoutes,
  ...manifestRoutes,
  ...deliveryRoutes,
  ...faultRoutes,
  ...pingRoutes,
  ...installationRoutes,
  ...statusRoutes,
  ...checkSuiteRoutes,
  ...checkRunRoutes,
  ...pullRoutes,
  ...commitRoutes,
  ...repositoryLifeRoutes,
  ...collaboratorRoutes,
  ...repositoryRoutes,
  ...contentsRoutes,
  ...tarballRoutes,
  ...deploymentRoutes,
  ...pullChangeRoutes,
  ...mergeQueueRoutes,
  ...reactionRoutes,
  ...commentRoutes,
]
