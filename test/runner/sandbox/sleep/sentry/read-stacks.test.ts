import { expect, test } from 'vitest'
import { readStacks } from '../../../../../runner/sandbox/sleep/sentry/read-stacks.ts'

const task = (where: string, id: number) => `goroutine ${id} [sync.Cond.Wait]:
gvisor.dev/gvisor/pkg/sentry/kernel.(*Task).${where}(0x1)
	/src/pkg/sentry/kernel/task.go:1 +0x1
gvisor.dev/gvisor/pkg/sentry/kernel.(*Task).run(0x1, 0x${id})
	/src/pkg/sentry/kernel/task_run.go:88 +0x1`
const connection = (where: string) => `goroutine 9 [running]:
gvisor.dev/gvisor/${where}(0x1)
	/src/a.go:1 +0x1
gvisor.dev/gvisor/pkg/urpc.(*Server).handleRegistered(...)
	/src/pkg/urpc/urpc.go:454`
const question = connection('runsc/boot.(*debug).Stacks')
const other = 'goroutine 1 [select]:\nmain.main()\n\t/src/main.go:1'
const read = (...goroutines: string[]) => readStacks(goroutines.join('\n\n'))

test('a kernel is paused when each of its tasks stands still', () => {
  expect(read(task('doStop', 1), task('doStop', 2), other, question)).toEqual({ tasks: 'paused', others: 'none' })
  expect(read(task('doStop', 1), task('block', 2), other, question)).toEqual({ tasks: 'running', others: 'none' })
})

test('others’ connections show, and whether they have a call in hand', () => {
  expect(read(task('block', 1), question, connection('pkg/urpc.unmarshal'))).toEqual({
    tasks: 'running',
    others: 'waiting',
  })
  expect(read(task('block', 1), question, connection('runsc/boot.(*containerManager).Pause'))).toEqual({
    tasks: 'running',
    others: 'busy',
  })
})

test.each(['', other, [other, question].join('\n\n'), task('doStop', 1)])(
  'what is no sentry’s dump says nothing (%#)',
  (stacks) => {
    expect(readStacks(stacks).tasks).toBe('unknown')
  },
)
