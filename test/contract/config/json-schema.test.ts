import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../../../contract/config/json-schema.ts'
import { parseConfig } from '../../../contract/config/parse-config.ts'
import { bad, badBeyondSchema, good } from './corpus.ts'

const root = join(import.meta.dirname, '../../..')
const published: unknown = JSON.parse(readFileSync(join(root, 'micro.schema.json'), 'utf8'))
const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(configSchema())

const parses = (text: string): boolean => parseConfig(text, { file: 'micro.yml', repository: 'demo' }).ok
const fits = (text: string): boolean => validate(parse(text))

describe('the JSON schema for editors', () => {
  it('is published as the code has it (setup/write-schema.ts writes it)', () => {
    expect(published).toEqual(configSchema())
  })

  it.each(good)('accepts what the parser accepts: %j', (text) => {
    expect({ parser: parses(text), schema: fits(text) }).toEqual({ parser: true, schema: true })
  })

  it.each(bad)('refuses what the parser refuses: %j', (text) => {
    expect({ parser: parses(text), schema: fits(text) }).toEqual({ parser: false, schema: false })
  })

  it.each(badBeyondSchema)('leaves to the parser what it cannot know: %j', (text) => {
    expect({ parser: parses(text), schema: fits(text) }).toEqual({ parser: false, schema: true })
  })
})
