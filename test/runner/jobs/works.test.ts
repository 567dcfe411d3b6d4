import { expect, it } from 'vitest'
import { createWorks } from '../../../runner/jobs/works.ts'

const never = new AbortController().signal
const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })

it('work on one deployment is done once, and all that asked get its end', async () => {
  const works = createWorks()
  const begun = Promise.withResolvers<string>()
  let times = 0
  const work = () => {
    times += 1
    return begun.promise
  }
  const both = Promise.all([works.join('d1', never, work), works.join('d1', never, work)])
  begun.resolve('end')
  expect([await both, times]).toEqual([['end', 'end'], 1])
  await works.join('d1', never, work)
  expect(times).toBe(2)
})

it('work that is stopped ends with the reason, and stopping waits for that', async () => {
  const works = createWorks()
  const reason = new Error('nobody wants it')
  const end = works.join('d1', never, untilAborted).catch((error: unknown) => error)
  await works.stop('d1', reason)
  expect(await end).toBe(reason)
  await works.stop('d1', reason)
})

it('work ends with the signal that it was begun under', async () => {
  const works = createWorks()
  const runner = new AbortController()
  const end = works.join('d1', runner.signal, untilAborted)
  runner.abort(new Error('going down'))
  await expect(end).rejects.toThrow('going down')
})
