/** Columns are what is searched for; `body` holds the rest as JSON. AUTOINCREMENT, because an id is never given twice. */
export const schema = `
CREATE TABLE IF NOT EXISTS accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  login TEXT NOT NULL UNIQUE COLLATE NOCASE,
  type TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS installations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL UNIQUE REFERENCES accounts (id),
  created_at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS repositories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL COLLATE NOCASE,
  default_branch TEXT,
  created_at_ms INTEGER NOT NULL,
  pushed_at_ms INTEGER,
  UNIQUE (account_id, name)
);
CREATE TABLE IF NOT EXISTS former_names (
  account_id INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  repository_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, name)
);
CREATE TABLE IF NOT EXISTS collaborators (
  repository_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  permission TEXT NOT NULL,
  PRIMARY KEY (repository_id, account_id)
);
CREATE TABLE IF NOT EXISTS installed_repositories (
  installation_id INTEGER NOT NULL,
  repository_id INTEGER NOT NULL,
  PRIMARY KEY (installation_id, repository_id)
);
CREATE TABLE IF NOT EXISTS uninstalled_accounts (
  account_id INTEGER PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS announced_refs (
  repository_id INTEGER NOT NULL,
  ref TEXT NOT NULL,
  sha TEXT NOT NULL,
  PRIMARY KEY (repository_id, ref)
);
CREATE TABLE IF NOT EXISTS tokens (
  hash TEXT PRIMARY KEY,
  installation_id INTEGER NOT NULL,
  permissions TEXT NOT NULL,
  repository_ids TEXT,
  expires_at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS downloads (
  hash TEXT PRIMARY KEY,
  repository_id INTEGER NOT NULL,
  sha TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS statuses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL,
  sha TEXT NOT NULL,
  context TEXT NOT NULL COLLATE NOCASE,
  state TEXT NOT NULL,
  description TEXT,
  target_url TEXT,
  creator_id INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS statuses_by_commit ON statuses (repository_id, sha, context);
CREATE TABLE IF NOT EXISTS records (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  repository_id INTEGER NOT NULL,
  parent TEXT NOT NULL,
  creator_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS records_by_parent ON records (kind, repository_id, parent);
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guid TEXT NOT NULL,
  event TEXT NOT NULL,
  action TEXT,
  installation_id INTEGER NOT NULL,
  repository_id INTEGER NOT NULL,
  payload TEXT NOT NULL,
  redelivery INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  delivered_at_ms INTEGER,
  duration_ms INTEGER,
  status TEXT,
  status_code INTEGER,
  response TEXT
);
`

/** Columns that tables have got since the first version: a data folder of then is given them when it is opened. */
export const laterColumns: readonly (readonly [table: string, column: string, definition: string])[] = [
  ['repositories', 'parent_id', 'INTEGER'],
  ['repositories', 'fork', 'INTEGER NOT NULL DEFAULT 0'],
  ['repositories', 'private', 'INTEGER NOT NULL DEFAULT 0'],
  ['repositories', 'archived', 'INTEGER NOT NULL DEFAULT 0'],
  ['installations', 'suspended_at_ms', 'INTEGER'],
  ['installations', 'selected', 'INTEGER NOT NULL DEFAULT 0'],
  ['installations', 'permissions', 'TEXT'],
]
