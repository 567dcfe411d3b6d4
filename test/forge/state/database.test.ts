import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { ensureAccount } from '../../../forge/state/accounts.ts'
import { openDatabase } from '../../../forge/state/database.ts'
import { hearing } from '../../../forge/state/installations.ts'
import { findRepository } from '../../../forge/state/repositories.ts'

test('a data folder of the first version is opened with everything that is in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'forge-'))
  const path = join(folder, 'forge.db')
  const old = new DatabaseSync(path)
  old.exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL UNIQUE COLLATE NOCASE,
      type TEXT NOT NULL);
    CREATE TABLE installations (id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL UNIQUE,
      created_at_ms INTEGER NOT NULL);
    CREATE TABLE repositories (id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, name TEXT NOT NULL,
      default_branch TEXT, created_at_ms INTEGER NOT NULL, pushed_at_ms INTEGER);
    INSERT INTO accounts (login, type) VALUES ('ada', 'User');
    INSERT INTO installations (account_id, created_at_ms) VALUES (1, 1);
    INSERT INTO repositories (account_id, name, default_branch, created_at_ms, pushed_at_ms) VALUES (1, 'hello', 'main', 1, 2);`)
  old.close()
  for (let times = 0; times < 2; times += 1) {
    const database = openDatabase(path)
    const repository = findRepository(database, 'ada', 'hello')
    expect(repository).toMatchObject({ fork: false, private: false, archived: false, parentId: null })
    expect(repository && hearing(database, repository)).toMatchObject({ id: 1, suspendedAtMs: null })
    expect(ensureAccount(database, 'Ada').id).toBe(1)
    database.close()
  }
  await rm(folder, { recursive: true })
})
