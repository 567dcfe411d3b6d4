'use strict'
/*
 * What `require('deta')` gives a micro that has not installed npm's deta: the names that apps written for Deta Micros use.
 * Base and Drive load and cannot be called yet.
 */
const { App } = require('../detalib/index.js')
const { base, drive } = require('./services.js')

/** @param {string} [_key] the project key, which later picks the data; by default the micro's own. */
exports.Deta = function Deta(_key) {
  return { Base: base, Drive: drive }
}
exports.Base = base
exports.Drive = drive
exports.App = App
exports.app = App()
