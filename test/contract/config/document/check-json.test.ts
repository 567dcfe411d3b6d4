import { expect, it } from 'vitest'
import { findJsonFault } from '../../../../contract/config/document/check-json.ts'

const samples = [
  '{}',
  '[]',
  ' [1, -2.5e+3, "a\\u00e9\\n", true, null, {"a": {"b": []}}]\r\n',
  '"x"',
  '0',
  'null',
  '[[[[]]]]',
  '',
  ' ',
  '{',
  '[',
  '[1',
  '[1,',
  '[1,]',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,}',
  '{"a" 1}',
  '{a:1}',
  '[}',
  '{]',
  '[1 2]',
  '1 2',
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  '"a',
  '"a\n"',
  '"\\x"',
  '"\\u12"',
  'nulll',
  'tru',
  'NaN',
  "'a'",
  '[1]]',
  '{"a":1}}',
  '{"a":1,"b"}',
  ',',
  ':',
  '// x',
  '"\u007f"',
  '\u00a01',
  '{"a":[1,{"b":2}],"c":{}}',
  '{"a":1,,"b":2}',
  '[,1]',
  '{"a"::1}',
  '-',
  '--1',
  '"\t"',
  '{"":""}',
]

it.each(samples)('judges %j as JSON.parse does', (text) => {
  let valid = true
  try {
    JSON.parse(text)
  } catch {
    // What JSON.parse refuses is what is asked here.
    valid = false
  }
  expect(findJsonFault(text) === undefined).toBe(valid)
})

it('is quick with a file of brackets', () => {
  expect(findJsonFault('['.repeat(60_000))).toMatchObject({ offset: 60_000 })
})
