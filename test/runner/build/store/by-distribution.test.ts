import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { distributions, sized } from './distributions.ts'
import { byDistribution } from '../../../../runner/build/store/by-distribution.ts'

const { root, record } = distributions()

it('calls folders by the package that lists them, the largest first', async () => {
  await record('scikit_learn-1.5.0', 'sklearn/__init__.py,sha256=x,1\n"sklearn.libs/a,b",,\n../../bin/x,,\n')
  const found = await byDistribution(root(), sized({ other: 2, sklearn: 3, 'sklearn.libs': 4 }))
  expect(found).toEqual([
    { name: 'scikit-learn', bytes: 7 },
    { name: 'other', bytes: 2 },
  ])
})

it('follows no link in the place of a list', async () => {
  await mkdir(join(root(), 'a-1.dist-info'))
  await writeFile(join(root(), 'elsewhere'), 'x/y,,\n')
  await symlink('../elsewhere', join(root(), 'a-1.dist-info', 'RECORD'))
  expect(await byDistribution(root(), sized({ x: 1 }))).toEqual([{ name: 'x', bytes: 1 }])
})
