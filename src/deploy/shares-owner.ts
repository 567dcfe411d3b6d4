import { slug } from '../../contract/names.ts'

interface Owned {
  readonly owner: string
}

/** Whether two are served under the same name of an owner: not after a transfer, nor when an account was given another name. */
export function sharesOwner(one: Owned, other: Owned): boolean {
  return slug(one.owner) === slug(other.owner)
}
