import type { Deployment } from '../../../contract/deployment.ts'
import { projectDeployment, type DeploymentStatus } from './project-deployment.ts'
import type { ToldDeployment } from './told-deployment.ts'

/** What GitHub is to be told next of a deployment. */
export type NextWrite =
  | { readonly kind: 'create'; readonly activation: number; readonly isRepeated: boolean; readonly isOver: boolean }
  | { readonly kind: 'status'; readonly activation: number; readonly id: number; readonly status: DeploymentStatus }

interface Known {
  readonly deployment: Deployment
  readonly isServed: boolean
  /** By activation. */
  readonly told: ReadonlyMap<number, ToldDeployment>
}

/** The next difference between how a deployment stands and what GitHub was told; undefined when there is none. */
export function nextWrite({ deployment, isServed, told }: Known): NextWrite | undefined {
  const activation = deployment.outcome.activation ?? 1
  for (const [former, known] of told) {
    if (former >= activation || known.id === undefined || known.gone === true || known.state === 'inactive') continue
    const status = {
      state: 'inactive',
      description: 'Replaced by a later activation',
      environmentUrl: undefined,
    } as const
    return { kind: 'status', activation: former, id: known.id, status }
  }
  const status = projectDeployment(deployment, isServed)
  const known = told.get(activation)
  if (status === undefined || known?.gone === true) return undefined
  if (known?.id === undefined) {
    // What was never there needs not be ended; unless it may be there, and we died before we knew.
    if (status.state === 'inactive' && known === undefined) return undefined
    return { kind: 'create', activation, isRepeated: known !== undefined, isOver: status.state === 'inactive' }
  }
  return isTold(known, status) ? undefined : { kind: 'status', activation, id: known.id, status }
}

function isTold(known: ToldDeployment, status: DeploymentStatus): boolean {
  if (known.state !== status.state) return false
  // Why something ended is told once.
  if (status.state === 'inactive') return true
  return known.description === status.description && known.environmentUrl === status.environmentUrl
}
