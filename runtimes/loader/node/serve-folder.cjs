'use strict'
// Serves a folder of static files on $PORT: `serve-folder.cjs [--single-page] <folder>...`, of which the first that exists counts.
// Runs on every Node.js of the catalogue, from 12 on, so nothing newer is used here.
const fs = require('fs')
const http = require('http')
const path = require('path')

const singlePage = process.argv[2] === '--single-page'
const folders = process.argv.slice(singlePage ? 3 : 2)
const root = firstFolder(folders)
// Nothing changes while a deployment lives, and everything may with the next one.
const version = process.env.MICRO_DEPLOYMENT_ID || String(Date.now())

const server = http.createServer((request, response) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return end(response, 405, 'Only GET and HEAD are possible here.')
  }
  const found = find(request.url)
  if (found.kind === 'file') return send(request, response, found)
  if (found.kind === 'moved') {
    response.setHeader('location', found.to)
    return end(response, 301, 'It is at ' + found.to)
  }
  return end(response, found.kind === 'bad' ? 400 : 404, found.kind === 'bad' ? 'No such address.' : 'Not found.')
})
server.listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))

function firstFolder(names) {
  const found = names
    .map((name) => realpath(path.resolve(name)))
    .find((folder) => folder && fs.statSync(folder).isDirectory())
  if (found) return found
  console.error('There is no folder to serve. Looked for: ' + names.join(', '))
  return process.exit(1)
}

function find(url) {
  const [before, query] = split(url, '?')
  const name = decode(before)
  if (name === undefined || name.includes('\0')) return { kind: 'bad' }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  // Files whose name begins with a dot are tools' own; only RFC 8615 gives one of them to visitors.
  const hidden = parts.some((part, index) => part.startsWith('.') && !(index === 0 && part === '.well-known'))
  if (hidden) return missing()
  const file = path.join(root, ...parts)
  if (isKind(file, 'isDirectory')) {
    const isFolder = isKind(path.join(file, 'index.html'), 'isFile')
    if (isFolder && !name.endsWith('/')) {
      const to = '/' + parts.map(encodeURIComponent).join('/') + '/'
      return { kind: 'moved', to: query === undefined ? to : to + '?' + query }
    }
    return isFolder ? { kind: 'file', file: path.join(file, 'index.html'), status: 200 } : missing(parts)
  }
  if (!name.endsWith('/') && isKind(file, 'isFile')) return { kind: 'file', file, status: 200 }
  if (!name.endsWith('/') && isKind(file + '.html', 'isFile'))
    return { kind: 'file', file: file + '.html', status: 200 }
  return missing(parts)
}

function missing(parts) {
  const isPage = parts !== undefined && !(parts[parts.length - 1] || '').includes('.')
  const index = path.join(root, 'index.html')
  if (singlePage && isPage && isKind(index, 'isFile')) return { kind: 'file', file: index, status: 200 }
  const page = path.join(root, '404.html')
  return isKind(page, 'isFile') ? { kind: 'file', file: page, status: 404 } : { kind: 'missing' }
}

function send(request, response, found) {
  const stat = fs.statSync(found.file)
  const tag = '"' + version + '-' + stat.size.toString(36) + '-' + Math.floor(stat.mtimeMs).toString(36) + '"'
  response.setHeader('content-type', types[path.extname(found.file).toLowerCase()] || 'application/octet-stream')
  response.setHeader('cache-control', 'no-cache')
  response.setHeader('etag', tag)
  response.setHeader('accept-ranges', 'bytes')
  if (found.status === 200 && matches(request.headers['if-none-match'], tag)) {
    response.statusCode = 304
    return response.end()
  }
  const range = found.status === 200 ? rangeOf(request.headers, { tag, size: stat.size }) : undefined
  if (range === 'none') {
    response.setHeader('content-range', 'bytes */' + stat.size)
    return end(response, 416, 'There are ' + stat.size + ' bytes.')
  }
  const part = range || { start: 0, end: stat.size - 1 }
  response.statusCode = range === undefined ? found.status : 206
  if (range !== undefined) response.setHeader('content-range', `bytes ${part.start}-${part.end}/${stat.size}`)
  response.setHeader('content-length', String(part.end - part.start + 1))
  if (request.method === 'HEAD' || stat.size === 0) return response.end()
  const stream = fs.createReadStream(found.file, part)
  stream.on('error', () => response.destroy())
  response.on('close', () => stream.destroy())
  return stream.pipe(response)
}

function matches(header, tag) {
  return header !== undefined && (header.trim() === '*' || header.split(',').some((one) => one.trim() === tag))
}

// One range, as RFC 9110 section 14 has it; several at once, and what is no range, are answered with the whole.
function rangeOf(headers, { tag, size }) {
  if (headers.range === undefined || (headers['if-range'] !== undefined && headers['if-range'] !== tag))
    return undefined
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range.trim())
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1])
  const last = match[1] === '' || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]))
  if (start >= size || (match[1] === '' && Number(match[2]) === 0)) return 'none'
  return start > last ? undefined : { start, end: last }
}

function end(response, status, words) {
  response.statusCode = status
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('content-length', String(Buffer.byteLength(words + '\n')))
  response.end(words + '\n')
}

function isKind(file, kind) {
  const real = realpath(file)
  return real !== undefined && (real === root || real.startsWith(root + path.sep)) && fs.statSync(real)[kind]()
}

function realpath(file) {
  try {
    return fs.realpathSync(file)
  } catch (error) {
    // Missing, a link in a circle, a name too long: nothing to serve either way.
    return undefined
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    return undefined
  }
}

function split(text, mark) {
  const at = text.indexOf(mark)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

const text = (type) => type + '; charset=utf-8'
var types = {
  '.html': text('text/html'),
  '.htm': text('text/html'),
  '.css': text('text/css'),
  '.js': text('text/javascript'),
  '.mjs': text('text/javascript'),
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': text('text/plain'),
  '.md': text('text/markdown'),
  '.csv': text('text/csv'),
  '.xml': 'application/xml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.wasm': 'application/wasm',
}
