'use strict'
const fs = require('fs')
const net = require('net')

const FD = 3
const FAILURE_BYTES = 8 * 1024

/** The connection to init. Words go out at once, even when the process ends right after. */
exports.openControl = function openControl() {
  const socket = new net.Socket({ fd: FD, readable: true, writable: true })
  const waitingFor = new Map()
  let received = Buffer.alloc(0)
  let open = true
  socket.on('error', () => {})
  socket.on('data', (data) => {
    received = Buffer.concat([received, data])
    const end = received.indexOf('\n')
    if (end === -1) return
    const [found, size = '0'] = received.toString('latin1', 0, end).split(' ')
    const next = end + 1 + Number(size)
    const then = waitingFor.get(found)
    if (then === undefined || received.length < next) return
    const block = received.slice(end + 1, next)
    received = received.slice(next)
    waitingFor.delete(found)
    then(block)
  })

  function write(line) {
    const bytes = Buffer.from(line)
    let written = 0
    while (open && written < bytes.length) {
      try {
        written += fs.writeSync(FD, bytes, written)
      } catch (error) {
        if (error.code !== 'EAGAIN') return
      }
    }
  }

  return {
    say: (word) => write(word + '\n'),
    fail(text) {
      process.stderr.write(text + '\n')
      write('failed ' + clip(text.replace(/\\/g, '\\\\').replace(/\r?\n/g, '\\n')) + '\n')
    },
    /** Calls `then` when init says the word, with the bytes that it announces behind it. */
    next(word, then) {
      waitingFor.set(word, then)
    },
    /** Still usable, but no reason for the process to live on. */
    release: () => socket.unref(),
    close() {
      open = false
      socket.destroy()
    },
  }
}

function clip(text) {
  const bytes = Buffer.from(text)
  if (bytes.length <= FAILURE_BYTES) return text
  // The end of the bytes may cut a character, or the escape of a line end, into halves.
  return (
    bytes
      .slice(0, FAILURE_BYTES - 8)
      .toString('utf8')
      .replace(/[\ufffd\\]+$/, '') + ' …'
  )
}
