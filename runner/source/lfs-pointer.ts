/** Pointers are shorter than this, and begin so: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const LONGEST_BYTES = 1024
const BEGINNING = 'version https://git-lfs.github.com/spec/v1\n'

/** Passes a file's bytes on, and tells when they are those of a pointer in the place of a file that Git LFS keeps elsewhere. */
export async function* watchForPointer(
  chunks: AsyncIterable<Buffer>,
  { size, onPointer }: { readonly size: number; readonly onPointer: () => void },
): AsyncIterable<Buffer> {
  if (size >= LONGEST_BYTES || size < BEGINNING.length) return yield* chunks
  let head = ''
  for await (const chunk of chunks) {
    head += chunk.toString('latin1')
    yield chunk
  }
  if (head.startsWith(BEGINNING)) onPointer()
}

/** Words about the pointers in a source; none when there are none. */
export function pointerWarnings(paths: readonly string[]): string[] {
  const [first, ...others] = paths
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return [
    `${first}${more}: only a pointer of Git LFS is here, not the file, because GitHub's archives hold none. Commit the file itself, or fetch it while building.`,
  ]
}
