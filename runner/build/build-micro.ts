import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { builderUid } from './builder/builder-uid.ts'
import { assertDependenciesFit } from './store/dependencies-fit.ts'
import { imageId } from '../docker/image-id.ts'
import type { Build, BuildContext, BuildInput, BuildResult } from './build.ts'
import { hostTrust } from './trust/trust-files.ts'
import { installLayer } from './store/install-layer.ts'
import { planInstall } from './plan/install-plan.ts'
import { ownWheels } from './pip/own-wheels.ts'
import { keepSource } from './keep-source.ts'
import { makeBuild } from './make-build.ts'
import { removeTree } from './store/remove-tree.ts'
import { buildsDir } from './sweep-builds.ts'

export type { BuildContext, BuildInput, BuildResult } from './build.ts'

/**
 * A micro's source and dependencies as artifacts: folders that never change again, owned by root, named by what is in them. On
 * failure nothing is left but artifacts that are whole.
 *
 * @throws MicropushError `install-failed`, `build-failed`, `build-timeout`, `out-of-memory`, `dependencies-too-large`, `source-too-large`,
 *   `entry-missing`, `disk-full`, `engine-unavailable`; the signal's reason
 */
export async function buildMicro(context: BuildContext, input: BuildInput): Promise<BuildResult> {
  const { source, config, runtime } = input
  const { images, resolvConf: _, ...shared } = context
  const workDir = join(buildsDir(context.dataDir), input.deploymentId)
  await removeTree(workDir)
  await mkdir(workDir, { recursive: true, mode: 0o700 })
  const removals: Promise<void>[] = []
  try {
    const [trust, imageContent, wheels] = await Promise.all([
      hostTrust(context),
      imageId(context.docker, images.builder),
      runtime.language === 'python' ? ownWheels(context.dataDir) : undefined,
    ])
    const build: Build = {
      ...shared,
      ...input,
      image: images.builder,
      imageContent,
      trust: wheels === undefined ? trust : { ...trust, mounts: [...trust.mounts, wheels] },
      removals,
      workDir,
      uid: builderUid(),
    }
    const plan = await planInstall(source.dir, runtime, config)
    if (config.build !== undefined || plan?.wholeSource === true) return await makeBuild(build, plan)
    const layer = plan === undefined ? undefined : await installLayer(build, { plan, isFinal: true })
    if (plan !== undefined && layer !== undefined) {
      assertDependenciesFit(layer, { maxBytes: config.limits.dependencyBytes, inputs: plan.inputs })
    }
    const app = await keepSource(build, { dependenciesInside: layer !== undefined && runtime.language === 'node' })
    return {
      artifacts: {
        app: app.name,
        ...(layer === undefined ? {} : { dependencies: layer.name }),
      },
      sizes: { sourceBytes: app.bytes, dependencyBytes: layer?.bytes ?? 0 },
      cached: layer?.cached === true,
    }
  } finally {
    await Promise.all(removals)
    await removeTree(workDir)
  }
}
