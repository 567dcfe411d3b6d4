import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { laterColumns, schema } from './schema.ts'

/** The forge's own state: everything that git does not know. */
export interface Database {
  all<Row>(sql: string, ...values: readonly SQLInputValue[]): Row[]
  one<Row>(sql: string, ...values: readonly SQLInputValue[]): Row | undefined
  /** Gives the id of the row that was inserted, and how many rows changed. */
  run(sql: string, ...values: readonly SQLInputValue[]): { readonly id: number; readonly changes: number }
  /** All or nothing, also across a kill: every statement inside, or none. */
  transaction<Result>(work: () => Result): Result
  close(): void
}

/** Opens the database file and makes its tables when they are missing. What a call wrote is on disk when it returns. */
export function openDatabase(path: string): Database {
  const sqlite = new DatabaseSync(path)
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
  sqlite.exec(schema)
  addColumns(sqlite)
  const prepared = new Map<string, ReturnType<typeof sqlite.prepare>>()
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? sqlite.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  return {
    all: <Row>(sql: string, ...values: readonly SQLInputValue[]) => statement(sql).all(...values) as Row[],
    one: <Row>(sql: string, ...values: readonly SQLInputValue[]) => statement(sql).get(...values) as Row | undefined,
    run(sql, ...values) {
      const { lastInsertRowid, changes } = statement(sql).run(...values)
      return { id: Number(lastInsertRowid), changes: Number(changes) }
    },
    transaction(work) {
      sqlite.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        sqlite.exec('COMMIT')
        return result
      } catch (error) {
        sqlite.exec('ROLLBACK')
        throw error
      }
    },
    close: () => {
      sqlite.close()
    },
  }
}

function addColumns(sqlite: DatabaseSync): void {
  for (const [table, column, definition] of laterColumns) {
    const there = sqlite.prepare(`SELECT 1 FROM pragma_table_info('${table}') WHERE name = ?`).get(column)
    if (there === undefined) sqlite.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${definition}`)
  }
}
