import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectClosed, toEach } from '../../support/dialled.ts'
import { internetSpelled, loopback, spellings } from '../../support/surroundings.ts'

export default {
  does: 'spells forbidden addresses as numbers, in octal, or as IPv6',
  deployed: 'beforehand',
  async contained({ attack }) {
    const came = (await attack(`/attack?${toEach(Object.keys(spellings))}`)) as Came
    for (const [spelled, meant] of Object.entries(spellings)) expect(came[spelled]?.address).toBe(meant)
    expectClosed(whatCame(came), Object.keys(spellings))
    const itself = (await attack(`/attack?${toEach(loopback)}`)) as Came
    expectClosed(whatCame(itself), loopback)
    expect(await attack(`/attack?${toEach([internetSpelled])}`)).toMatchObject({ [internetSpelled]: { came: 'open' } })
  },
} satisfies Hostile

type Came = Readonly<Record<string, { readonly address: string; readonly came: string }>>

function whatCame(came: Came) {
  return Object.fromEntries(Object.entries(came).map(([spelled, one]) => [spelled, one.came]))
}
