/** Micros of the journeys, as small as they can be. */

/** A Node micro without dependencies whose handler is this body; `request` and `response` are in scope. */
export function nodeMicro(body: string, config = ''): Record<string, string> {
  return {
    'micro.yml': `v: 1\nruntime: nodejs24\n${config}`,
    'index.js': `module.exports = (request, response) => {\n${body}\n}\n`,
  }
}

/** Answers with these words, always. */
export function saying(words: string): Record<string, string> {
  return nodeMicro(`response.end(${JSON.stringify(words)})`)
}
