'use strict'
const fs = require('fs')
const library = require('/opt/micropush/lib/node/micropush/restore.js')

const RESEED = '/opt/micropush/reseed.so'
/** Once it is loaded, it exports a function. */
const addon = { exports: {} }
const { dlopen } = process
/** As many as Node makes ahead: lib/internal/crypto/random.js. */
const UUIDS_AHEAD = 128
const INTEGERS_AHEAD = 1024
/** So that the generator is compiled when it is needed. */
const WARM = 64
/** So many calls make V8 compile for speed. */
const ROUNDS = 4
const LARGEST_STEP = 0x3fff
const LARGEST_RANGE = 2 ** 48 - 1

/**
 * The process was brought back from disk, perhaps not for the first time: what was random must not be the same as in other copies, and
 * the app is told. Resolves when all that it does about it is done.
 */
exports.restored = async function restored() {
  reseed()
  process.emit('micropush:restore')
  await library.run()
}

function reseed() {
  addon.exports()
  const { next } = drawAll()
  replaceMathRandom(next)
}

/**
 * Does what is done after the return, a few times, before the process is put on disk: what was loaded and compiled by then is there when somebody waits.
 *
 * @returns whether it can be done at all
 */
exports.rehearseRestore = function rehearseRestore() {
  try {
    dlopen(addon, RESEED)
  } catch (error) {
    process.stderr.write('Random numbers could not be seeded anew: ' + error.message + '\n')
    return false
  }
  for (let n = 0; n < ROUNDS; n++) drawAll()
  return true
}

/** Leaves behind all that is random and was made before. @returns a generator of new numbers */
function drawAll() {
  spendWhatWasMadeAhead()
  const seed = randomBytes(18)
  // Who has kept V8's function, which cannot be seeded while it runs, gets at least another part of its sequence.
  for (let n = seed.readUInt16LE(16) & LARGEST_STEP; n > 0; n--) Math.random()
  const next = generator(seed)
  for (let n = 0; n < WARM; n++) next()
  return { next }
}

/** Node keeps random bytes for its UUIDs and integers; unless it was asked for one, there are none. */
function spendWhatWasMadeAhead() {
  if (!process.moduleLoadList.includes('NativeModule crypto')) return
  const crypto = require('crypto')
  if (crypto.randomUUID) for (let n = 0; n < UUIDS_AHEAD; n++) crypto.randomUUID()
  if (crypto.randomInt) for (let n = 0; n < INTEGERS_AHEAD; n++) crypto.randomInt(LARGEST_RANGE)
}

function replaceMathRandom(next) {
  Object.defineProperty(Math, 'random', {
    value: function random() {
      return (next() >>> 5) * 2 ** -27 + (next() >>> 6) * 2 ** -53
    },
    writable: true,
    enumerable: false,
    configurable: true,
  })
}

/** 32 random bits a call: xoshiro128++ of David Blackman and Sebastiano Vigna (https://prng.di.unimi.it/xoshiro128plusplus.c, public domain). */
function generator(seed) {
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => seed.readInt32LE(at))
  return function next() {
    const sum = (a + d) | 0
    const result = (((sum << 7) | (sum >>> 25)) + a) | 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
}

/** From the kernel, without loading all of Node's cryptography. */
function randomBytes(size) {
  const bytes = Buffer.alloc(size)
  const file = fs.openSync('/dev/urandom', 'r')
  try {
    fs.readSync(file, bytes, 0, size, null)
  } finally {
    fs.closeSync(file)
  }
  return bytes
}
