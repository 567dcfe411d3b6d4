import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test, type TestContext } from 'vitest'
import { MicropushError } from '../../../../contract/errors.ts'
import type { RuntimeImages } from '../../../../runner/images/prepare.ts'
import { runtimes, type Runtime } from '../../../../runtimes/catalogue.ts'
import { imagesOf } from '../images.ts'
import { isolations } from '../loader/ground.ts'
import { ask, serve } from '../sandbox.ts'

const run = promisify(execFile)

/** The first run on a machine makes the images. */
const timeout = 600_000

const hello = {
  node: {
    'index.js': `
const { createHash } = require('crypto')
module.exports = (req, res) => res.end('hello from ' + process.versions.node + ' ' + createHash('sha256').update('').digest('hex').slice(0, 4))`,
  },
  python: {
    'main.py': `
import ctypes, hashlib, lzma, sqlite3, ssl, sys, unittest, xml.etree.ElementTree, zlib
def app(environ, start_response):
    start_response("200 OK", [])
    version = "hello from %d.%d " % sys.version_info[:2]
    return [(version + hashlib.sha256(b"").hexdigest()[:4]).encode()]
`,
  },
}

/** What upstream still published for each version of Python when it ended. */
const lastPip: Readonly<Record<string, number>> = { '3.7': 24, '3.8': 25 }

describe.each(await isolations('every runtime'))('under %s', (isolation) => {
  test.for(runtimes)('$id says hello', { timeout }, async (runtime, context) => {
    const { sandbox: image } = await imagesOrSkip(runtime, context)
    const { id, language, version } = runtime
    const files = hello[language]
    const entry = Object.keys(files)[0] ?? ''
    await using sandbox = await serve({ image, language, files, entry, runtime: isolation })
    const { body } = await ask(sandbox.socket)
    expect(body, id).toMatch(new RegExp(`^hello from ${version.replace('.', '\\.')}[ .].*e3b0$`))
    expect(await sandbox.stop()).toBe(0)
  })
})

test.for(runtimes.filter(({ language }) => language === 'python'))(
  'the builder of $id has the newest pip that runs on it, a compiler and the headers',
  { timeout },
  async (runtime, context) => {
    const { builder } = await imagesOrSkip(runtime, context)
    const script = [
      'python3 -m pip --version',
      'echo "#include <Python.h>\n#include <libpq-fe.h>\n#include <ffi.h>\n#include <openssl/ssl.h>" > /tmp/a.c',
      'gcc -fsyntax-only $(python3-config --includes 2>/dev/null || python3 -c "import sysconfig; print(\'-I\' + sysconfig.get_paths()[\'include\'])") -I"$(pg_config --includedir)" /tmp/a.c && echo compiles',
    ].join('\n')
    const { stdout } = await run('docker', ['run', '--rm', '--network', 'none', builder, 'sh', '-c', script])
    const [, major = '0', python] = /^pip (\d+)\..*\(python ([\d.]+)\)/.exec(stdout) ?? []
    expect(python).toBe(runtime.version)
    const last = lastPip[runtime.version]
    if (last === undefined) expect(Number(major)).toBeGreaterThan(25)
    else expect(Number(major)).toBe(last)
    expect(stdout).toContain('compiles')
  },
)

/** Where this machine reaches no mirror with a runtime's packages, nothing can be shown of it. */
async function imagesOrSkip({ id }: Runtime, context: TestContext): Promise<RuntimeImages> {
  try {
    return await imagesOf(id)
  } catch (error) {
    if (!(error instanceof MicropushError) || !error.message.includes('apt-get update')) throw error
    console.warn(`NOT RUN: ${id}, because no mirror with its packages can be reached: ${error.message}`)
    return context.skip()
  }
}
