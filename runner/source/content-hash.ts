import { createHash } from 'node:crypto'

/** One thing in a source tree; what its name alone does not say takes part in the hash. */
export type TreeEntry =
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly mode: 0o644 | 0o755; readonly digest: string }
  | { readonly kind: 'link'; readonly target: string }

/** SHA-256 (hex) over what a tree holds; neither order of arrival nor times take part. */
export function contentHash(tree: ReadonlyMap<string, TreeEntry>): string {
  const hash = createHash('sha256')
  for (const path of [...tree.keys()].toSorted()) hash.update(`${JSON.stringify([path, tree.get(path)])}\n`)
  return hash.digest('hex')
}
