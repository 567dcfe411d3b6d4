/** How many deployments each owner has under way, so that one who pushes much does not take every place from the others. */
export interface OwnerShares {
  /** A place, until it is disposed of; undefined while this owner has as many as one may have. */
  take(owner: string): Disposable | undefined
}

/** @param most places that one owner may have at once; without a bound when absent. */
export function createOwnerShares(most = Number.POSITIVE_INFINITY): OwnerShares {
  const taken = new Map<string, number>()
  return {
    take(name) {
      // GitHub tells owners apart whatever the case of their letters.
      const owner = name.toLowerCase()
      const before = taken.get(owner) ?? 0
      if (before >= most) return undefined
      taken.set(owner, before + 1)
      return { [Symbol.dispose]: () => giveBack(taken, owner) }
    },
  }
}

function giveBack(taken: Map<string, number>, owner: string): void {
  const left = (taken.get(owner) ?? 0) - 1
  if (left > 0) taken.set(owner, left)
  else taken.delete(owner)
}
