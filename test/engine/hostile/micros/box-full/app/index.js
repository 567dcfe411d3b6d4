const fs = require('fs')
const { serve, tryAll } = require('./attempt.js')

const BOX = '/run/micropush'
const MB = 1024 * 1024

module.exports = serve({
  attack: async () => {
    let files = 0
    let bytes = 0
    const came = await tryAll({
      files: () => {
        for (; files < 1_000_000; files += 1) fs.writeFileSync(`${BOX}/${files}`, '')
      },
      folders: () => fs.mkdirSync(`${BOX}/folder`),
      cleared: () =>
        fs
          .readdirSync(BOX)
          .filter((name) => /^\d+$/.test(name))
          .forEach((name) => fs.rmSync(`${BOX}/${name}`)),
      bytes: () => {
        const file = fs.openSync(`${BOX}/large`, 'w')
        try {
          for (const block = Buffer.alloc(4096, 1); bytes < 100 * MB;) bytes += fs.writeSync(file, block)
        } finally {
          fs.closeSync(file)
        }
      },
      program: () => {
        fs.rmSync(`${BOX}/large`)
        fs.writeFileSync(`${BOX}/run`, '#!/bin/sh\n', { mode: 0o755 })
        require('child_process').execFileSync(`${BOX}/run`)
      },
    })
    return { ...came, made: files, written: bytes }
  },
})
