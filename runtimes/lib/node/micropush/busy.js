'use strict'
const fs = require('fs')

/** As long as it is there the engine does not put the sandbox to sleep. */
const FILE = '/run/micropush/busy'
const MOST_MS = 10000
/** Another process of the app may have removed it in the meantime. */
const AGAIN_MS = 500

const pending = new Set()
let waiting = []
let timer

/** @returns {() => void} to be called when the work has ended. */
exports.begin = function begin() {
  const work = { until: Date.now() + MOST_MS }
  pending.add(work)
  if (pending.size === 1) {
    mark()
    timer = setInterval(look, AGAIN_MS)
    timer.unref()
  }
  return () => end(work)
}

/** Resolves when nothing is under way. */
exports.settled = function settled() {
  return pending.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))
}

function end(work) {
  if (!pending.delete(work) || pending.size > 0) return
  clearInterval(timer)
  unmark()
  for (const resolve of waiting) resolve()
  waiting = []
}

function look() {
  mark()
  for (const work of pending) {
    if (work.until > Date.now()) continue
    process.stderr.write(
      'Work after the response takes longer than ' + MOST_MS / 1000 + ' s: the micro may sleep now\n',
    )
    end(work)
  }
}

/* Outside a sandbox there is no such folder, and nothing that falls asleep. */

function mark() {
  try {
    fs.closeSync(fs.openSync(FILE, 'w'))
  } catch (error) {
    tell(error)
  }
}

function unmark() {
  try {
    fs.unlinkSync(FILE)
  } catch (error) {
    tell(error)
  }
}

function tell(error) {
  if (error.code !== 'ENOENT') process.stderr.write('The micro cannot be kept awake: ' + error.message + '\n')
}
