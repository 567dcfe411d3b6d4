import { createHash } from 'node:crypto'
import type { Target } from './deployment.ts'

/** One DNS label of an endpoint holds at most this many characters, so that certificate tools with longer prefixes still fit 63. */
const LABEL_LENGTH = 53

/** Names of one micro: lower-case letters, digits and single hyphens. `--` parts the fields of an endpoint. */
export const MICRO_NAME = /^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,37}[a-z0-9])?$/

/** A repository's name as a micro's name: `My_API.js` becomes `my-api-js`. */
export function slug(text: string): string {
  const cleaned = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return cleaned.slice(0, 39).replace(/-+$/, '') || 'micro'
}

/** Whether two are served under the same name of an owner: not after a transfer, nor when an account was given another name. */
export function sharesOwner(one: { readonly owner: string }, other: { readonly owner: string }): boolean {
  return slug(one.owner) === slug(other.owner)
}

interface EndpointNames {
  readonly owner: string
  readonly micro: string
}

/** The label that leads to what is in production, such as `hello--ada`. */
export function productionLabel({ owner, micro }: EndpointNames): string {
  return fit(`${micro}--${slug(owner)}`)
}

/** The label that leads to what a pull request would make of it, such as `pr-12--hello--ada`. */
function previewLabel({ owner, micro, pull }: EndpointNames & { readonly pull: number }): string {
  return fit(`pr-${pull}--${micro}--${slug(owner)}`)
}

/** The label that leads to the newest deployment of a target. */
export function targetLabel(names: EndpointNames & { readonly target: Target }): string {
  const { target } = names
  return target.kind === 'production' ? productionLabel(names) : previewLabel({ ...names, pull: target.pull })
}

/** The label that leads to one deployment for as long as it is kept, such as `0a1b2c3--hello--ada`. */
export function permanentLabel(names: EndpointNames & { readonly sha: string }): string {
  return fit(`${names.sha.slice(0, 7)}--${names.micro}--${slug(names.owner)}`)
}

/** The host name under the operator's domain; the domain may carry a port, the host never does. */
export function hostOf(label: string, domain: string): string {
  return `${label}.${domain.replace(/:\d+$/, '')}`
}

/** The address a person opens. */
export function endpointUrl(
  label: string,
  origin: { readonly domain: string; readonly scheme: 'http' | 'https' },
): string {
  return `${origin.scheme}://${label}.${origin.domain}`
}

/** The context of a micro's commit status. */
export function statusContext(micro: string): string {
  return `micropush/${micro}`
}

function fit(label: string): string {
  if (label.length <= LABEL_LENGTH) return label
  const hash = createHash('sha256').update(label).digest('hex').slice(0, 8)
  return `${label.slice(0, LABEL_LENGTH - 9).replace(/-+$/, '')}-${hash}`
}
