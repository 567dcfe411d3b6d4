import { expect, test } from 'vitest'
import { commit, git, stage } from './support.ts'

test('what is closed while its base is pushed to stays closed', async () => {
  const there = await stage()
  try {
    const numbers: number[] = []
    for (const branch of ['a', 'b', 'c', 'd']) {
      await git(there.tree, 'checkout', '--quiet', '-B', branch, 'main')
      await commit(there.tree, { [`${branch}.txt`]: branch }, branch)
      await git(there.tree, 'push', '--quiet', 'origin', branch)
      const { data } = await there.person.rest.pulls.create({
        ...there.repo,
        title: branch,
        head: branch,
        base: 'main',
      })
      numbers.push(data.number)
    }
    await git(there.tree, 'checkout', '--quiet', 'main')
    for (const pull_number of numbers) {
      await commit(there.tree, { 'main.txt': String(pull_number) }, 'Main')
      const pushing = git(there.tree, 'push', '--quiet', 'origin', 'main')
      // Until the new head is seen the push is about to tell the pull requests of it.
      const head = (await git(there.tree, 'rev-parse', 'main')).stdout.trim()
      const shown = async () =>
        (await there.person.rest.git.getRef({ ...there.repo, ref: 'heads/main' })).data.object.sha
      while ((await shown()) !== head);
      await there.person.rest.pulls.update({ ...there.repo, pull_number, state: 'closed' })
      await pushing
    }
    const { data } = await there.person.rest.pulls.list({ ...there.repo, state: 'open' })
    expect(data.map(({ number }) => number)).toEqual([])
  } finally {
    await there.end()
  }
}, 60_000)
