import type { Answer } from './answer.ts'

interface Asked {
  readonly url: URL
  readonly query: URLSearchParams
}

/** One page of a list, with GitHub's `Link` header; `wrap` puts the items into the answer's body. */
export function page<Item>(
  asked: Asked,
  items: readonly Item[],
  wrap: (items: readonly Item[], total: number) => unknown = (part) => part,
): Answer {
  const size = between(asked.query.get('per_page'), 30, 100)
  const number = between(asked.query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const last = Math.max(1, Math.ceil(items.length / size))
  const links: [string, number][] = []
  if (number > 1) links.push(['prev', number - 1], ['first', 1])
  if (number < last) links.push(['next', number + 1], ['last', last])
  const headers = links.length === 0 ? undefined : { link: links.map((link) => format(asked.url, link)).join(', ') }
  const part = items.slice((number - 1) * size, number * size)
  return { status: 200, json: wrap(part, items.length), ...(headers === undefined ? {} : { headers }) }
}

/** A positive number from a query, or what stands for it when it is absent or no number. */
export function between(text: string | null, fallback: number, most: number): number {
  const value = Number(text ?? fallback)
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : fallback
}

function format(url: URL, [rel, number]: readonly [string, number]): string {
  const target = new URL(url)
  target.searchParams.set('page', String(number))
  return `<${target.href}>; rel="${rel}"`
}
