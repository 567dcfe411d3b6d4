import { expect } from 'vitest'
import type { Case } from './case.ts'

/** A Flask-like micro of one file: Bottle has no dependencies of its own. */
const bottle = (expression: string, ...lines: string[]): string => `import bottle
${lines.join('\n')}
app = bottle.Bottle()
@app.get("/")
def index():
    return str(${expression})
`

/** What is installed or built: each runs a builder. The list behind it: what 56 real micros needed when they were run again. */
export const installingCases: readonly Case[] = [
  {
    title: 'requirements.txt goes before Pipfile and pyproject.toml',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'requirements.txt': 'bottle==0.12.25\n',
      Pipfile: '[packages]\nno-such-package-of-anybody = "*"\n',
      'pyproject.toml': '[project]\nname = "x"\nversion = "1"\ndependencies = ["no-such-package-of-anybody"]\n',
      'package.json': JSON.stringify({ dependencies: { 'no-such-package-of-anybody': '1' } }),
      'main.py': bottle('bottle.__version__'),
    },
    answers: { '/': '0.12.25' },
  },
  {
    title: 'requirements in UTF-16, as PowerShell writes them, are installed',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'requirements.txt': Buffer.from('\uFEFFbottle==0.12.25\r\n', 'utf16le'),
      'main.py': bottle('bottle.__version__'),
    },
    answers: { '/': '0.12.25' },
  },
  {
    title: 'requirements that pin pip itself are installed',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'requirements.txt': 'pip==21.3.1\nsetuptools==58.1.0\nwheel\nbottle==0.12.25\n',
      'main.py': bottle('bottle.__version__'),
    },
    answers: { '/': '0.12.25' },
  },
  {
    title: 'a requirement for deta is met by our own package, whatever version it names',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'requirements.txt': 'deta==1.1.0\nbottle==0.12.25\n',
      'main.py': bottle(
        'words()',
        'from deta import Deta, App',
        'def words():',
        '    try:',
        '        return Deta("a_b").Base("x").get("y")',
        '    except Exception as error:',
        '        return error',
      ),
    },
    answers: { '/': { status: 200, body: expect.stringMatching(/not part of this micropush yet/) as string } },
  },
  {
    title: 'App of deta wraps an Express app that is installed without a lock file',
    files: {
      'deta.json': '{"runtime":"nodejs14.x"}',
      'package.json': JSON.stringify({ dependencies: { express: '^4.17.1' } }),
      'index.js': `const express = require('express')
const { App } = require('deta')
const app = App(express())
app.get('/', (request, response) => response.redirect('/page'))
app.use(express.static('./public'))
app.lib.cron(() => 'tick')
module.exports = app
`,
      'public/page': 'page',
      'public/empty.css': '',
    },
    answers: { '/': { status: 302 }, '/page': 'page', '/empty.css': '' },
  },
  {
    title: 'committed packages give way to what package.json names',
    files: {
      'deta.json': '{"runtime":"nodejs14.x"}',
      'package.json': JSON.stringify({ dependencies: { 'is-number': '7.0.0' } }),
      'node_modules/is-number/index.js': 'module.exports = () => "of another system"',
      'node_modules/is-number/package.json': '{"name":"is-number","version":"1.0.0"}',
      'index.js': 'module.exports = (request, response) => response.end(String(require("is-number")(1)))\n',
    },
    answers: { '/': 'true' },
  },
  {
    title: 'a TypeScript micro whose output was uploaded is built, and .detaignore leaves its source away after that',
    files: {
      'deta.json': '{"runtime":"nodejs14.x"}',
      '.detaignore': 'src\n\n*.md\ntsconfig\n!dist\n',
      'package.json': JSON.stringify({
        main: 'dist/index.js',
        scripts: { build: 'tsc', start: 'ts-node src/index.ts' },
        devDependencies: { typescript: '4.9.5' },
      }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: { module: 'commonjs', target: 'es2019', outDir: 'dist', rootDir: 'src', types: [] },
        include: ['src'],
      }),
      'src/index.ts': `declare const require: (name: string) => any
const names = ['src/index.ts', 'tsconfig.json', 'dist/index.js', 'index.js']
const there: string[] = names.filter((name) => require('fs').existsSync(name))
export default (_request: unknown, response: { end(text: string): void }): void => response.end(there.join())
`,
      'index.js': 'module.exports = require("./dist/index.js").default\n',
    },
    answers: { '/': 'dist/index.js,index.js' },
    log: ['index.js loads ./dist/index.js, which is not in the repository, so "npm run build" is run.'],
  },
  {
    title: 'the pages of a framework are built with its script and served from where it puts them',
    files: {
      Spacefile: 'v: 0\nmicros:\n  - name: front\n    src: .\n    engine: vue\n    primary: true\n    public: true\n',
      'package.json': JSON.stringify({ scripts: { build: 'node build.js' } }),
      'build.js': `const fs = require('fs')
fs.mkdirSync('dist')
fs.writeFileSync('dist/index.html', 'built with ' + process.version.split('.')[0])
`,
    },
    answers: { '/': 'built with v16', '/users/1': 'built with v16', '/gone.js': { status: 404 } },
  },
  {
    title: 'a requirement that no index has fails in words that name it',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'requirements.txt': 'bottle==0.12.25\nno-such-package-of-anybody==1.2\n',
      'main.py': bottle('1'),
    },
    fails: /no-such-package-of-anybody/,
  },
  {
    title: 'a requirement from a repository that cannot be had fails in words that name it',
    files: {
      'deta.json': '{"runtime":"python3.9"}',
      'requirements.txt': 'bottle==0.12.25\nthing @ git+https://localhost:9/nobody/thing.git\n',
      'main.py': bottle('1'),
    },
    fails: /\bthing\b/,
  },
]
