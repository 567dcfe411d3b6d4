import { createHash } from 'node:crypto'
import type { MicroConfig } from '../../../contract/config.ts'
import type { Language, Runtime } from '../../../runtimes/catalogue.ts'
import { planNode } from './plan-node.ts'
import { planPython } from './plan-python.ts'

/** How a micro's dependencies are installed: decided from its files, done later. */
export interface InstallPlan {
  readonly language: Language
  readonly manager: string
  /** The files that the install may see, by their path, with their text. They alone decide what is installed. */
  readonly inputs: Readonly<Record<string, string>>
  /** The install needs all of the source: it runs the micro's own scripts, or packages lie in its folders. */
  readonly wholeSource: boolean
  /** Whether code of the packages can run while they are installed; where it cannot, only the package manager reads what strangers wrote. */
  readonly runsCode: boolean
  /** What the install leaves in the micro's folder is part of the micro, because its own scripts ran. */
  readonly keepsChanges: boolean
  /** Shell text, run in a copy of the inputs. */
  readonly install: string
  /** Shell text that takes development dependencies away after a build; empty when there are none. */
  readonly prune: string
}

/** @returns undefined when the micro has no dependencies. */
export async function planInstall(
  dir: string,
  runtime: Runtime,
  config: MicroConfig,
): Promise<InstallPlan | undefined> {
  return runtime.language === 'node' ? planNode(dir, config.build !== undefined) : planPython(dir)
}

/** Grows when an installed layer of an older micropush is no longer what we would make. */
const RECIPE = 1

/** The name of a dependency layer: the same inputs, the same layer, whoever's they are. */
export function layerKey(plan: InstallPlan, imageContent: string): string {
  return digest([RECIPE, imageContent, plan.manager, plan.install, Object.entries(plan.inputs).toSorted()])
}

/** SHA-256 (hex) of anything that JSON can say. */
export function digest(of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex')
}
