import { execFileSync } from 'node:child_process'
import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changedPaths, changedPathsOfPull } from '../../../src/skip/changed-paths.ts'
import { git, gitEnvironment, stage } from '../../forge/support.ts'

let there: Awaited<ReturnType<typeof stage>>
let octokit: Octokit

/** Each branch's commits, the oldest first, by what they do to the tree; all but `orphan` begin at the first commit of `main`. */
const branches = {
  plain: [['+ api/a.py'], ['+ README.md']],
  empty: [[]],
  renamed: [['R src/app.js src/other.js', 'D micro.yml']],
  lost: [['+ api/lost.py']],
  forced: [['+ docs/a.md']],
  orphan: [['+ x.txt']],
  many: [many(299), ['+ many/299']],
  long: Array.from({ length: 260 }, (_, index) => [`+ long/${index % 5}`]),
  pull: [['+ a.txt'], ['R src/app.js src/b.js']],
} satisfies Record<string, string[][]>

function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `+ many/${index}`)
}

beforeAll(async () => {
  there = await stage()
  octokit = there.person
  const input = Object.entries(branches)
    .flatMap(([name, commits]) => importBranch(name, commits))
    .join('\n')
  execFileSync('git', ['fast-import', '--quiet'], { cwd: there.tree, env: gitEnvironment, input })
  await git(there.tree, 'push', '--quiet', '--all', 'origin')
})

afterAll(async () => {
  await there.end()
})

/** The commands of git fast-import (git-scm.com/docs/git-fast-import) that make one branch. */
function importBranch(name: string, commits: readonly (readonly string[])[]): string[] {
  return commits.flatMap((changes, index) => [
    `commit refs/heads/${name}`,
    `committer Ada <ada@example.org> ${1000 + index} +0000`,
    'data 0',
    ...(index === 0 && name !== 'orphan' ? [`from ${there.sha}`] : []),
    ...changes.flatMap((change) => {
      const text = `${name} ${index}`
      return change.startsWith('+ ') ? [`M 644 inline ${change.slice(2)}`, `data ${text.length}`, text] : [change]
    }),
    '',
  ])
}

async function shaOf(revision: string): Promise<string> {
  return (await git(there.tree, 'rev-parse', revision)).stdout.trim()
}

async function changed(base: string | undefined, head: string) {
  const pair = { base: base === undefined ? undefined : await shaOf(base), head: await shaOf(head) }
  const paths = await changedPaths(octokit, { owner: 'ada', repository: 'hello', ...pair })
  return paths === 'unknown' ? paths : paths.toSorted()
}

describe('what changed between two commits', () => {
  it('is all that the commits between them did, not what the last one did', async () => {
    expect(await changed('main', 'plain')).toEqual(['README.md', 'api/a.py'])
  })

  it('is nothing for the same commit, and for an empty one', async () => {
    expect(await changed('main', 'main')).toEqual([])
    expect(await changed('main', 'empty')).toEqual([])
  })

  it('has a renamed file under both of its names, and a removed one', async () => {
    expect(await changed('main', 'renamed')).toEqual(['micro.yml', 'src/app.js', 'src/other.js'])
  })

  it('has after a forced push what the lost commits did as well: it is not live any more', async () => {
    expect(await changed('lost', 'forced')).toEqual(['api/lost.py', 'docs/a.md'])
  })

  it('has after a forced push back what was taken back', async () => {
    expect(await changed('lost', 'main')).toEqual(['api/lost.py'])
  })

  it('is unknown without a base, with a new branch’s zeros, and with a commit that GitHub does not know', async () => {
    expect(await changed(undefined, 'main')).toBe('unknown')
    const pair = { owner: 'ada', repository: 'hello', head: there.sha }
    expect(await changedPaths(octokit, { ...pair, base: '0'.repeat(40) })).toBe('unknown')
    expect(await changedPaths(octokit, { ...pair, base: 'f'.repeat(40) })).toBe('unknown')
  })

  it('is unknown when the two have no common ancestor', async () => {
    expect(await changed('main', 'orphan')).toBe('unknown')
  })

  it('is unknown from 300 files on, forth or back, because GitHub cuts its list there', async () => {
    expect(await changed('main', 'many~1')).toHaveLength(299)
    expect(await changed('main', 'many')).toBe('unknown')
    expect(await changed('many', 'main')).toBe('unknown')
  })

  it('is whole after more than 250 commits, which is as many as GitHub lists', async () => {
    expect(await changed('main', 'long')).toEqual(['long/0', 'long/1', 'long/2', 'long/3', 'long/4'])
  })
})

describe('what a pull request changes', () => {
  async function changedIn(pull: number) {
    const paths = await changedPathsOfPull(octokit, { owner: 'ada', repository: 'hello', pull })
    return paths === 'unknown' ? paths : paths.toSorted()
  }

  async function opened(head: string): Promise<number> {
    const { data } = await octokit.rest.pulls.create({ ...there.repo, title: head, head, base: 'main' })
    return data.number
  }

  it('is what all of its commits do, a renamed file under both names', async () => {
    expect(await changedIn(await opened('pull'))).toEqual(['a.txt', 'src/app.js', 'src/b.js'])
  })

  it('is read through all pages', async () => {
    expect(await changedIn(await opened('many'))).toHaveLength(300)
  })

  it('is unknown for one that is not there', async () => {
    expect(await changedIn(9999)).toBe('unknown')
  })
})
