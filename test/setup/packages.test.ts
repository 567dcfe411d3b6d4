import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ensurePrograms, findProgram } from '../../setup/packages.ts'

it('a program is found on the path, and where system programs live though the path does not say so', async () => {
  expect(await findProgram('sh')).toMatch(/\/sh$/)
  expect(await findProgram('mkfs.ext4')).toMatch(/\/sbin\/mkfs\.ext4$/)
  expect(await findProgram('no-such-program')).toBeUndefined()
})

it('nothing is done where nothing is missing', async () => {
  await ensurePrograms([{ program: 'sh', package: 'no-such-package', why: 'runs this' }])
})

it.runIf(process.getuid?.() === 0)('somebody who is not root is told what is missing, and what it is for', () => {
  const program = `
    const { ensurePrograms } = await import(${JSON.stringify(join(import.meta.dirname, '../../setup/packages.ts'))})
    // The user changes in the process: nobody else may be able to read a checkout in root's home.
    process.setgroups([]); process.setgid(65534); process.setuid(65534)
    await ensurePrograms([{ program: 'no-such-program', package: 'such-package', why: 'does things' }]).catch((error) => {
      console.log(error.code, error.message)
    })`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  expect(stderr).not.toMatch(/Error/)
  expect(stdout).toMatch(
    /^setup-incomplete Missing on this machine:\n {2}no-such-program \(Debian package such-package\): does things/,
  )
})
