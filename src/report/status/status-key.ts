interface StatusPlace {
  readonly owner: string
  readonly repository: string
  readonly sha: string
  readonly context: string
}

/** One place on GitHub that shows one status at a time. Names and contexts are case-insensitive there. */
export function statusKey({ owner, repository, sha, context }: StatusPlace): string {
  return `${owner}/${repository}/${sha}/${context}`.toLowerCase()
}
