interface Wish {
  readonly name: string
  /** How many are wanted. */
  readonly wanted: number
}

/**
 * Who gets how many of what is not enough for all: as many as they want for those who want little, and the same for each of the others.
 *
 * @param least what each gets that wants so many, whether there are so many or not; it counts among `most`.
 */
export function shareOut(
  wishes: readonly Wish[],
  { least, most }: { readonly least: number; readonly most: number },
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>()
  let left = Math.max(0, most - wishes.length * least)
  const smallestFirst = wishes.toSorted((a, b) => a.wanted - b.wanted)
  for (const [index, { name, wanted }] of smallestFirst.entries()) {
    const more = Math.min(Math.max(0, wanted - least), Math.floor(left / (smallestFirst.length - index)))
    left -= more
    shares.set(name, least + more)
  }
  return shares
}
