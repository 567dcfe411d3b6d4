import type { Isolation } from './container/isolation.ts'

/** Labels of our containers. What runs is read from them alone, never from memory. */
export const labels = {
  instance: 'micropush.instance',
  kind: 'micropush.kind',
  deployment: 'micropush.deployment',
  sandbox: 'micropush.sandbox',
  uid: 'micropush.uid',
  isolation: 'micropush.isolation',
} as const

export interface SandboxLabels {
  readonly instance: string
  readonly sandboxId: string
  /** Undefined for one that was started before it had a deployment: a label cannot be changed (see `owner.ts`). */
  readonly deploymentId: string | undefined
  readonly uid: number
  readonly isolation: Isolation
}

export function toLabels(of: SandboxLabels): Record<string, string> {
  return {
    [labels.instance]: of.instance,
    [labels.kind]: 'sandbox',
    ...(of.deploymentId === undefined ? {} : { [labels.deployment]: of.deploymentId }),
    [labels.sandbox]: of.sandboxId,
    [labels.uid]: String(of.uid),
    [labels.isolation]: of.isolation,
  }
}

/** @returns undefined when they are not those of a sandbox of ours. */
export function fromLabels(found: Readonly<Record<string, string>>): SandboxLabels | undefined {
  const instance = found[labels.instance]
  const sandboxId = found[labels.sandbox]
  const deploymentId = found[labels.deployment]
  const uid = Number(found[labels.uid])
  if (found[labels.kind] !== 'sandbox' || !instance || !sandboxId || !Number.isInteger(uid)) return undefined
  return { instance, sandboxId, deploymentId, uid, isolation: found[labels.isolation] === 'gvisor' ? 'gvisor' : 'runc' }
}

/** Docker's filter for all sandboxes of one instance. */
export function sandboxFilter(instance: string): string[] {
  return [`${labels.instance}=${instance}`, `${labels.kind}=sandbox`]
}
