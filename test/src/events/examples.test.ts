import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../support/random.ts'
import { openDoor, sign, type LonelyDoor, type Sent } from './examples/door.ts'
import { installed, loadExamples } from './examples/load.ts'
import { mutate, oddValues, type Mutant } from './examples/mutate.ts'
import { takeThem } from './examples/take-them.ts'

/** Of a thousand mutations, most are of the events that lead to something. */
const heard =
  /^(?:push|pull_request|issue_comment|check_run|check_suite|merge_group|installation\w*|repository|create|delete|ping|pull_request_review)$/

let door: LonelyDoor
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door[Symbol.asyncDispose]())

const examples = loadExamples()
const aBranch = (ref: unknown) => typeof ref === 'string' && ref.startsWith('refs/heads/')
const aPush = JSON.stringify(
  installed(examples.find(({ event, payload }) => event === 'push' && aBranch(payload['ref'])) ?? never()).payload,
)

it('takes every example that GitHub gives, and makes jobs of those only that ask for something', async () => {
  expect(examples.length).toBeGreaterThan(300)
  const all = [...examples, ...examples.map((example) => installed(example))]
  const jobs = await takeThem(
    door,
    all.map(({ event, payload, title }) => ({ event, title, raw: JSON.stringify(payload) })),
  )
  const pushes = examples.filter(({ event, payload }) => event === 'push' && aBranch(payload['ref']))
  expect(jobs.filter(({ queue }) => queue === 'push').length).toBeGreaterThanOrEqual(pushes.length)
  expect(jobs.filter(({ queue }) => queue === 'pull').length).toBeGreaterThan(5)
}, 30_000)

it.each([1, 2, 3, 4])(
  'takes 250 of them with something wrong in each, and makes no job of what is not rightly asked for (seed %i)',
  async (seed) => {
    const jobs = await takeThem(door, mutants(seed, 250))
    expect(jobs.length).toBeGreaterThan(10)
  },
  30_000,
)

it.each([
  'ref',
  'after',
  'deleted',
  'installation.id',
  'repository.id',
  'repository.name',
  'repository.owner.login',
  'repository.default_branch',
])('makes no job of a push in which %s is odd, unless there can be such a one', async (path) => {
  const deliveries = oddValues.map((value) => {
    const raw = withValue(aPush, path.split('.'), '@odd').replace('"@odd"', () => value)
    return { event: 'push', raw, title: `${path} is ${value.slice(0, 40)}` }
  })
  await takeThem(door, deliveries)
})

it('answers 400 to a signed body that is no JSON or no object, and leaves alone one that says nothing', async () => {
  const wrong = ['', '{', '{"a":1}}', 'null x', aPush.slice(0, -1), '\u0000', '[1,]', 'ref=main&after=1', "{'a':1}"]
  const odd = ['null', '1', '"x"', 'true', '[]', '[[]]', `[${aPush}]`, JSON.stringify(aPush)]
  for (const event of ['push', 'pull_request', 'issue_comment', 'installation', 'check_run', 'ping']) {
    for (const raw of [...wrong, ...odd]) expect((await door.deliver({ event, raw })).status, raw).toBe(400)
    const nothing = ['{}', `{"payload":${aPush}}`, '{"__proto__":{"ref":"refs/heads/main"}}']
    expect(
      await takeThem(
        door,
        nothing.map((raw) => ({ event, raw, title: raw })),
      ),
    ).toEqual([])
  }
})

it('makes a job of a push only where the header says push, and refuses words that are no event of GitHub’s', async () => {
  const events = [...new Set(examples.map(({ event }) => event)), 'push_', 'brand_new']
  const jobs = await takeThem(
    door,
    events.map((event) => ({ event, raw: aPush, title: event })),
  )
  expect(jobs.map(({ queue }) => queue)).toEqual(['push'])
  const others = [
    'error',
    'constructor',
    '__proto__',
    'toString',
    '*',
    'push.created',
    'PUSH',
    'push, push',
    'hasOwnProperty',
    'x'.repeat(4000),
    '',
  ]
  for (const event of others) expect((await door.deliver({ event, raw: aPush })).status, event).toBe(400)
})

it.each([
  ['a number', '5'],
  ['of another form', 'a:b:c'],
  ['one of the queue’s own words', 'wait'],
  ['very long', 'x'.repeat(8000)],
  ['empty', ''],
])('refuses a delivery whose id is %s', async (_, guid) => {
  expect((await door.deliver({ event: 'push', raw: aPush, guid })).status).toBe(400)
  expect(await door.takeJobs()).toEqual([])
})

describe('a signature that does not fit', () => {
  const good = sign(aPush)
  const forged: Readonly<Record<string, Partial<Sent>>> = {
    'is missing': { headers: { 'x-hub-signature-256': undefined } },
    'is empty': { headers: { 'x-hub-signature-256': '' } },
    'is only the old one': {
      headers: { 'x-hub-signature-256': undefined, 'x-hub-signature': `sha1=${'0'.repeat(40)}` },
    },
    'is of the old kind': { headers: { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` } },
    'was made with another secret': { headers: { 'x-hub-signature-256': sign(aPush, 'another secret') } },
    'was made with no secret': { headers: { 'x-hub-signature-256': sign(aPush, '') } },
    'was made with the secret and a line break': {
      headers: { 'x-hub-signature-256': sign(aPush, 'a secret of this test\n') },
    },
    'lacks its kind': { headers: { 'x-hub-signature-256': good.slice(7) } },
    'has another kind': { headers: { 'x-hub-signature-256': good.replace('sha256', 'sha512') } },
    'is cut short': { headers: { 'x-hub-signature-256': good.slice(0, -1) } },
    'is too long': { headers: { 'x-hub-signature-256': `${good}0` } },
    'is in capitals': { headers: { 'x-hub-signature-256': `sha256=${good.slice(7).toUpperCase()}` } },
    'has one letter changed': {
      headers: { 'x-hub-signature-256': good.replace(/.$/, good.endsWith('0') ? '1' : '0') },
    },
    'has letters that look alike': { headers: { 'x-hub-signature-256': latin1(good.replace(/[0-9]/g, digit)) } },
    'comes twice, the good one first': { headers: { 'x-hub-signature-256': [good, sign(aPush, 'x')] } },
    'comes twice, the good one last': { headers: { 'x-hub-signature-256': [sign(aPush, 'x'), good] } },
    'is of another delivery': { headers: { 'x-hub-signature-256': sign(`${aPush} `) } },
    'is of the body before one byte was changed': {
      raw: aPush.replace('refs/heads/', 'refs/headS/'),
      headers: { 'x-hub-signature-256': good },
    },
    'is of the body without a mark at its beginning': {
      raw: `\ufeff${aPush}`,
      headers: { 'x-hub-signature-256': good },
    },
    'is of the body without a byte at its end': { raw: `${aPush}\n`, headers: { 'x-hub-signature-256': good } },
    'is of the same text in other characters': {
      raw: JSON.stringify({ ...JSON.parse(aPush), note: 'e\u0301' }),
      headers: { 'x-hub-signature-256': sign(JSON.stringify({ ...JSON.parse(aPush), note: '\u00e9' })) },
    },
    'is of the body as it is shown, and not of its bytes': {
      raw: Buffer.concat([Buffer.from(`{"note":"`), Buffer.from([0xff]), Buffer.from(`",${aPush.slice(1)}`)]),
      headers: { 'x-hub-signature-256': sign(`{"note":"\ufffd",${aPush.slice(1)}`) },
    },
  }
  it.each(Object.entries(forged))('%s: the delivery is refused', async (_, sent) => {
    const { status, tookMs } = await door.deliver({ event: 'push', raw: aPush, ...sent })
    expect(status).toBe(400)
    expect(tookMs).toBeLessThan(1000)
    expect(await door.takeJobs()).toEqual([])
  })

  it('is none of these: the same body with its signature is taken', async () => {
    expect((await door.deliver({ event: 'push', raw: aPush })).status).toBe(200)
    expect(await door.takeJobs()).toHaveLength(1)
  })

  it('is refused whatever else the delivery is', async () => {
    const random = createRandom(5)
    for (const { event, raw } of mutants(5, 100)) {
      const other = `sha256=${Array.from({ length: 64 }, () => '0123456789abcdef'.charAt(random.below(16))).join('')}`
      const { status } = await door.deliver({ event, raw, headers: { 'x-hub-signature-256': other } })
      expect(status).toBe(400)
    }
    expect(await door.takeJobs()).toEqual([])
  })
})

function mutants(seed: number, count: number): Mutant[] {
  const random = createRandom(seed)
  const chosen = examples.filter(({ event }) => heard.test(event))
  return Array.from({ length: count }, () => {
    const example = random.oneOf(random.chance(0.8) ? chosen : examples) ?? never()
    return mutate(random.chance(0.9) ? installed(example) : example, random)
  })
}

function withValue(json: string, path: readonly string[], value: string): string {
  const root = JSON.parse(json) as Record<string, unknown>
  const last = path.at(-1) ?? never()
  const holder = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, root)
  holder[last] = value
  return JSON.stringify(root)
}

/** The same digit of another script. */
function digit(plain: string): string {
  return String.fromCodePoint(0xff10 + Number(plain))
}

/** As the bytes of UTF-8 look to who reads a header. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function never(): never {
  throw new Error('no such example')
}
