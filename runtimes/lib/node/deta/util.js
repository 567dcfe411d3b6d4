'use strict'
/* What an update is made of: `db.update({ visits: db.util.increment() }, key)`. */

exports.trim = () => ({ action: 'trim' })
exports.increment = (value = 1) => ({ action: 'increment', value })
exports.append = (value) => ({ action: 'append', value: toList(value) })
exports.prepend = (value) => ({ action: 'prepend', value: toList(value) })

function toList(value) {
  return Array.isArray(value) ? value : [value]
}
