import { expect, it } from 'vitest'
import { spaceEnvironment } from '../../../../runner/lifecycle/environment/space-environment.ts'
import { sampleConfig, sampleDeployment } from '../../../src/support/samples.ts'

const environment = (name: string, legacy?: 'deta' | 'space') => {
  const config = sampleConfig({ name, ...(legacy === undefined ? {} : { legacy }) })
  return spaceEnvironment(sampleDeployment({ repository: 'My_Shop', config }), { domain: 'micros.example:8080' })
}

it('a micro of a Spacefile finds its app’s host and which of its micros it is', () => {
  const { DETA_SPACE_APP_VERSION: version, ...others } = environment('my-shop-api', 'space')
  expect(version).toMatch(/^[0-9a-f]{40}$/)
  expect(others).toEqual({
    DETA_SPACE_APP: 'true',
    DETA_SPACE_APP_HOSTNAME: 'my-shop--ada.micros.example:8080',
    DETA_SPACE_APP_MICRO_NAME: 'my-shop-api',
    DETA_SPACE_APP_MICRO_TYPE: 'normal',
  })
  expect(environment('my-shop', 'space')).toMatchObject({ DETA_SPACE_APP_MICRO_TYPE: 'primary' })
})

it('no other micro does', () => {
  expect(environment('my-shop')).toEqual({})
  expect(environment('my-shop', 'deta')).toEqual({})
})
