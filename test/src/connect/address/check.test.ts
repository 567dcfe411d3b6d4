import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { checkAddress, judgeKnock } from '../../../../src/connect/address/check.ts'
import { createEcho } from '../../../../src/connect/address/echo.ts'

const forge = { webUrl: 'http://127.0.0.1:4000', apiUrl: 'http://127.0.0.1:4000/api/v3' }
const dotCom = { webUrl: 'https://github.com', apiUrl: 'https://api.github.com' }

async function listen(answer: RequestListener): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, asked }
}

function answeredBy(echo: ReturnType<typeof createEcho>): RequestListener {
  return (request, response) => response.end(echo.answer(request.url?.split('/').at(-1) ?? '') ?? 'unknown')
}

it('an address that this very process answers is good', async () => {
  const echo = createEcho()
  const { port } = await listen(answeredBy(echo))
  const origin = `http://127.0.0.1:${port}`
  expect(await checkAddress(origin, { github: forge, echo })).toEqual([
    { level: 'good', words: `${origin} is answered by this bot.` },
  ])
})

it('another bot of the same kind is not this one', async () => {
  const { port } = await listen(answeredBy(createEcho()))
  const [finding] = await checkAddress(`http://127.0.0.1:${port}`, { github: forge, echo: createEcho() })
  expect(finding).toMatchObject({ level: 'bad', words: expect.stringContaining('another server') as string })
})

it('an answer is good for the question of one check alone', async () => {
  const echo = createEcho()
  const { port, asked } = await listen(answeredBy(echo))
  await checkAddress(`http://127.0.0.1:${port}`, { github: forge, echo })
  expect(echo.answer(asked[0]?.split('/').at(-1) ?? '')).toBeUndefined()
})

it.each([
  [301, /sends on to https:\/\/other\.example/],
  [401, /asks for a password/],
  [502, /proxy that does not reach this bot/],
  [404, /another server/],
])('an answer of %i is named for what it is', async (status, words) => {
  const { port, asked } = await listen((_, response) =>
    response.writeHead(status, { location: 'https://other.example/' }).end(),
  )
  const findings = await checkAddress(`http://127.0.0.1:${port}`, { github: forge, echo: createEcho() })
  expect(findings).toMatchObject([{ level: 'bad', words: expect.stringMatching(words) as string }])
  expect(asked).toHaveLength(1)
})

it('the address that was looked at is the one that is dialled, whatever the name means by then', async () => {
  const echo = createEcho()
  const { port, asked } = await listen(answeredBy(echo))
  const resolve = () => Promise.resolve(['127.0.0.1'])
  const findings = await checkAddress(`http://bot.example:${port}`, { github: forge, echo, resolve })
  expect(findings).toMatchObject([{ level: 'good' }])
  expect(asked[0]).toMatch(new RegExp(`^bot\\.example:${port} /setup/check/`))
})

it('nothing is dialled at a name that leads github.com astray', async () => {
  const { port, asked } = await listen((_, response) => response.end())
  const resolve = () => Promise.resolve(['127.0.0.1'])
  const findings = await checkAddress(`http://bot.example:${port}`, { github: dotCom, echo: createEcho(), resolve })
  expect(findings).toMatchObject([
    { level: 'warn' },
    { level: 'bad', words: expect.stringContaining('not asked') as string },
  ])
  expect(asked).toEqual([])
})

it('a name that nobody knows is said to be unknown', async () => {
  const resolve = () => Promise.reject(new Error('ENOTFOUND'))
  const [finding] = await checkAddress('https://bot.example', { github: dotCom, echo: createEcho(), resolve })
  expect(finding).toMatchObject({ level: 'bad', words: expect.stringContaining('cannot be found') as string })
})

it('no answer leaves the choice to the person, for a router may keep a machine from itself; a bad certificate does not', () => {
  const about = { origin: 'https://bot.example', answer: 'x' }
  expect(judgeKnock({ kind: 'unreachable', code: 'ECONNREFUSED' }, about).level).toBe('warn')
  expect(judgeKnock({ kind: 'unreachable', code: 'CERT_HAS_EXPIRED' }, about)).toMatchObject({
    level: 'bad',
    words: expect.stringContaining('expired') as string,
  })
})
