import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'writes to the file system around it',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, alive }) {
    expectRefused(await attack('/attack'), ['EROFS', 'EACCES', 'ENOENT'], { 'move /etc': 'EXDEV' })
    await alive()
  },
} satisfies Hostile
