import type { Route } from '../http/route.ts'
import { appRoutes } from './app.ts'
import { checkRunRoutes } from './check-runs.ts'
import { checkSuiteRoutes } from './check-suites.ts'
import { commentRoutes } from './comments.ts'
import { commitRoutes } from './commits.ts'
import { contentsRoutes } from './contents.ts'
import { deliveryRoutes } from './deliveries.ts'
import { deploymentRoutes } from './deployments.ts'
import { metaRoutes } from './meta.ts'
import { pullChangeRoutes } from './pull-changes.ts'
import { pullRoutes } from './pulls.ts'
import { repositoryRoutes } from './repository.ts'
import { statusRoutes } from './statuses.ts'
import { tarballRoutes } from './tarball.ts'

/** Everything below `/api/v3`. The first that fits serves: refs hold slashes, so `/commits/*ref` comes after what ends in more. */
export const routes: readonly Route[] = [
  ...metaRoutes,
  ...appRoutes,
  ...deliveryRoutes,
  ...statusRoutes,
  ...checkSuiteRoutes,
  ...checkRunRoutes,
  ...commitRoutes,
  ...repositoryRoutes,
  ...contentsRoutes,
  ...tarballRoutes,
  ...deploymentRoutes,
  ...pullChangeRoutes,
  ...pullRoutes,
  ...commentRoutes,
]
