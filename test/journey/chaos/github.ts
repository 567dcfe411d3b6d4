/** The forge's API as a person uses it. */
export interface GitHub {
  /** @param who such as `grace:write`; the person with all rights when absent. */
  send(
    method: string,
    path: string,
    body?: unknown,
    who?: string,
  ): Promise<{ readonly status: number; readonly json: unknown }>
  /** What is there; undefined where it is not. */
  read<Shape>(path: string): Promise<Shape | undefined>
  /** All pages of a list; none where there is no such list. */
  list<Item>(path: string): Promise<readonly Item[]>
}

const PAGE = 100
/** Long, for a forge on this machine. */
const ANSWER_MS = 30_000

export function connectGitHub(forgeUrl: string): GitHub {
  const send: GitHub['send'] = async (...[method, path, body, who]) => {
    const answer = await fetch(`${forgeUrl}/api/v3${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: { authorization: who === undefined ? 'Bearer local' : `Bearer local:${who}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) }
  }
  const read = async <Shape>(path: string): Promise<Shape | undefined> => {
    const { status, json } = await send('GET', path)
    return status < 300 ? (json as Shape) : undefined
  }
  return {
    send,
    read,
    async list<Item>(path: string) {
      const all: Item[] = []
      for (let page = 1; ; page++) {
        const found = await read<Item[] | { check_runs: Item[] }>(
          `${path}${path.includes('?') ? '&' : '?'}per_page=${PAGE}&page=${page}`,
        )
        const items = Array.isArray(found) ? found : (found?.check_runs ?? [])
        all.push(...items)
        if (items.length < PAGE) return all
      }
    },
  }
}
