import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import type { Case } from './case.ts'

/** An `index.js` that answers with the value of an expression. */
const says = (expression: string): string =>
  `module.exports = (request, response) => response.end(String(${expression}))\n`

/** A `main.py` that answers with the value of an expression; lines before it are run at its import. */
const tells = (expression: string, ...lines: string[]): string =>
  [
    ...lines,
    'def app(environ, start_response):',
    '    start_response("200 OK", [])',
    `    return [str(${expression}).encode()]`,
    '',
  ].join('\n')

/** A small database with one table `notes`, as people commit it. */
function sqliteFile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'mp-'))
  try {
    const database = new DatabaseSync(join(folder, 'data.db'))
    database.exec("create table notes (text); insert into notes values ('kept')")
    database.close()
    return readFileSync(join(folder, 'data.db'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const PYTHON_DETA = `from deta import Deta, App, app as micro
db = Deta().Base("notes")
@micro.lib.run(action="greet")
@micro.lib.cron()
def run(event):
    return event.json
def words():
    try:
        return db.get("key")
    except Exception as error:
        return error`

/** What installs nothing: each takes about a second. The list behind it: what 56 real micros needed when they were run again. */
export const plainCases: readonly Case[] = [
  {
    title: 'a deta.json with commas at its ends, comments and "micro’s runtime" deploys under its name',
    micro: 'old-bot',
    files: {
      'deta.json': `{
  // made with the button
  "name": "Old Bot",
  "runtime": "micro's runtime",
  "cron": "",
  "env": [{ "key": "GREETING", "value": "hi ", "required": true, }, { "key": "TOKEN", "required": true }],
}
`,
      'index.js': says('JSON.stringify([process.env.GREETING, process.env.TOKEN, process.env.MICRO_NAME])'),
    },
    answers: { '/': '["hi ",null,"old-bot"]' },
    log: [
      `deta.json line 4: runtime: "micro's runtime" is none; the files of the micro decide`,
      /env: "TOKEN" has no value; the operator sets it with: micropush secrets set ada\/[\w-]+ TOKEN/,
      /name: "Old Bot" is called "old-bot" here/,
    ],
  },
  {
    title: 'a deta.json in UTF-16 is read, and so is a runtime that is half written',
    micro: 'wide',
    files: {
      'deta.json': Buffer.from(
        '\uFEFF{"name":"wide","runtime":"python3.","env":[{"key":"WORD","value":"größe"}]}',
        'utf16le',
      ),
      'main.py': tells('os.environ["WORD"]', 'import os'),
    },
    answers: { '/': 'größe' },
  },
  {
    title: 'a .detaignore alone is enough, whatever is in it',
    files: { '.detaignore': '*.md\n\n[\n(.*~$)\n', 'index.js': says('"here"') },
    answers: { '/': 'here' },
  },
  {
    title: 'index.js goes before app.js, and before what package.json names',
    files: {
      '.detaignore': '',
      'package.json': JSON.stringify({ main: 'app.js', scripts: { start: 'node server.js' } }),
      'index.js': says('"index"'),
      'app.js': says('"app"'),
      'server.js': says('"server"'),
    },
    answers: { '/': 'index' },
  },
  {
    title: 'main.py goes before app.py, and a package.json beside it does not make it a Node micro',
    files: {
      'deta.json': '{}',
      'package.json': JSON.stringify({ name: 'styles', scripts: { start: 'node server.js', build: 'exit 1' } }),
      'main.py': tells('"main"'),
      'app.py': tells('"app"'),
      'server.js': says('"server"'),
    },
    answers: { '/': 'main' },
  },
  {
    title: 'its folder is the working directory and on the module path of Node',
    files: {
      'deta.json': '{"runtime":"nodejs14.x"}',
      'package.json': JSON.stringify({ version: '1.2.3' }),
      'page.html': 'page',
      'lib/name.js': 'module.exports = "lib"',
      'index.js': says(
        '[require("package.json").version, require("lib/name"), require("fs").readFileSync("page.html"), process.version.slice(0, 4)]',
      ),
    },
    answers: { '/': '1.2.3,lib,page,v14.' },
  },
  {
    title: 'its own Python modules win over everything on the path, and its files are opened from its folder',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'db.py': 'NAME = "own db"',
      'utils.py': 'NAME = "own utils"',
      'deta.py': 'NAME = "own deta"',
      'secrets.py': 'NAME = "own secrets"',
      'page.html': 'page',
      'main.py': tells(
        '[db.NAME, utils.NAME, deta.NAME, secrets.NAME, open("page.html").read()]',
        'import db, utils, deta, secrets',
      ),
    },
    answers: { '/': "['own db', 'own utils', 'own deta', 'own secrets', 'page']" },
  },
  {
    title: 'a database of SQLite is opened while the app is loaded, from the folder that cannot be written',
    files: {
      'deta.json': '{}',
      'data.db': sqliteFile(),
      'main.py': tells(
        'rows',
        'import sqlite3',
        'database = sqlite3.connect("data.db", check_same_thread=False)',
        'rows = database.execute("select text from notes").fetchall()',
      ),
    },
    answers: { '/': "[('kept',)]" },
  },
  {
    title: 'deta can be required without being installed, in Node',
    files: {
      'deta.json': '{}',
      'index.js': `const { Deta, App, app } = require('deta')
const db = Deta(process.env.DETA_PROJECT_KEY).Base('notes')
app.lib.run((event) => event.json)
app.lib.cron(() => 'tick')
module.exports = App((request, response) =>
  db.get('key').then(() => response.end('stored?'), (error) => response.end(error.message)))
`,
    },
    answers: { '/': { status: 200, body: expect.stringMatching(/not part of this micropush yet/) as string } },
  },
  {
    title: 'deta can be imported without being installed, in Python',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'main.py': tells('words()', PYTHON_DETA),
    },
    answers: { '/': { status: 200, body: expect.stringMatching(/not part of this micropush yet/) as string } },
  },
  {
    title: 'an app that listens by itself only outside of Deta is served, and knows its address and key',
    files: {
      'deta.json': '{}',
      'index.js': `const { DETA_RUNTIME, DETA_PATH, DETA_PROJECT_KEY, MICRO_URL } = process.env
const app = require('http').createServer((request, response) =>
  response.end(JSON.stringify([DETA_PATH, MICRO_URL.includes(DETA_PATH), /^[^_]+_[^_]+$/.test(DETA_PROJECT_KEY)])))
if (!DETA_RUNTIME) app.listen(3000)
module.exports = app
`,
    },
    answers: { '/': { status: 200, body: expect.stringMatching(/^\["[\w-]+--ada",true,true\]$/) as string } },
  },
  {
    title: 'an app that listens on PORT, which is a number, and exports nothing is served',
    files: {
      'deta.json': '{}',
      'index.js': `const port = process.env.PORT
require('http').createServer((request, response) => response.end(String(Number.isInteger(Number(port))))).listen(port)
`,
    },
    answers: { '/': 'true' },
  },
  {
    title: 'files whose names differ only in case stay two files',
    files: {
      'deta.json': '{}',
      'a/Note.txt': 'large',
      'a/note.txt': 'small',
      'A/note.txt': 'other',
      'index.js': says(
        '["a/Note.txt", "a/note.txt", "A/note.txt"].map((name) => require("fs").readFileSync(name, "utf8"))',
      ),
    },
    answers: { '/': 'large,small,other' },
  },
  {
    title: 'empty files and redirects are answers like any others',
    files: {
      'deta.json': '{}',
      'empty.css': '',
      'index.js': `module.exports = (request, response) => {
  if (request.url === '/empty.css') return require('fs').createReadStream('empty.css').pipe(response)
  response.writeHead(307, { location: '/empty.css' }).end()
}
`,
    },
    answers: {
      '/empty.css': '',
      '/': { status: 307, headers: expect.objectContaining({ location: '/empty.css' }) as Record<string, string> },
    },
  },
  {
    title: 'committed packages are used when nothing names what to install',
    files: {
      'deta.json': '{}',
      'node_modules/given/index.js': 'module.exports = "given"',
      'node_modules/given/package.json': '{"name":"given","version":"1.0.0"}',
      'index.js': says('require("given")'),
    },
    answers: { '/': 'given' },
  },
  {
    title: 'a committed virtual environment is in nobody’s way',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'venv/pyvenv.cfg': 'home = C:\\Python39\n',
      'venv/Lib/site-packages/json/__init__.py': 'raise ImportError("of another system")\n',
      'venv/Scripts/python.exe': Buffer.from('MZ'),
      'main.py': tells('json.dumps([1])', 'import json'),
    },
    answers: { '/': '[1]' },
  },
]
