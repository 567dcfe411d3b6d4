import { expect, it } from 'vitest'
import { MicropushError, asMicropushError, errorCodes, faultOf } from '../../contract/errors.ts'

it('a code says whose fault it is, and whether the same may succeed later', () => {
  const error = new MicropushError('engine-unavailable', 'The Docker daemon does not answer.')
  expect([error.fault, error.retry, error.name]).toEqual(['platform', true, 'MicropushError'])
  expect(new MicropushError('build-failed', 'x')).toMatchObject({ fault: 'user', retry: false })
  expect(faultOf('disk-full')).toBe('operator')
})

it('what a person has to mend is never tried again by itself', () => {
  for (const code of errorCodes) {
    const error = new MicropushError(code, 'x')
    if (error.fault !== 'platform') expect([code, error.retry]).toEqual([code, false])
  }
})

it('what is not ours becomes internal: its words are kept for the log, and not for the person who pushed', () => {
  const cause = new Error('connect ECONNREFUSED /run/secret.sock')
  const error = asMicropushError(cause)
  expect(error.code).toBe('internal')
  expect(error.cause).toBe(cause)
  expect(error.message).not.toContain('secret')
  expect(asMicropushError('thrown text').cause).toBe('thrown text')
})

it('an error of ours stays itself', () => {
  const error = new MicropushError('deadline', 'x')
  expect(asMicropushError(error)).toBe(error)
})
