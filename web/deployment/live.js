// Brings the page of a deployment up to date while it is built: new rows of its log, its state, and its end. The page says all of this
// without it as well. Every bit of HTML comes from the bot, which has escaped what strangers wrote.
const log = document.querySelector('.log')
const head = document.getElementById('head')
const state = document.getElementById('state')
const jump = document.getElementById('jump')
const copy = document.getElementById('copy')
const { events, text, blockRows, mostRows } = log.dataset
let next = Number(log.dataset.next)
let follows = location.hash === '' && log.dataset.live === 'yes'
let source
let ended = log.dataset.live !== 'yes'

const atEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 48
const toBottom = () => scrollTo(0, document.documentElement.scrollHeight)
// Blocks of rows that were never in sight have a guessed height until they are: so once more when they are.
const toEnd = () => {
  toBottom()
  requestAnimationFrame(toBottom)
}

function blockFor(index) {
  const id = `k${Math.floor(index / blockRows)}`
  const known = document.getElementById(id)
  if (known !== null) return known
  const made = document.createElement('div')
  made.className = 'k'
  made.id = id
  log.append(made)
  return made
}

function setRow(index, html) {
  let row = document.getElementById(`L${index + 1}`)
  if (row === null) {
    row = document.createElement('div')
    row.id = `L${index + 1}`
    const number = document.createElement('a')
    number.href = `#${row.id}`
    number.dataset.n = index + 1
    row.append(number, document.createElement('p'))
    blockFor(index).append(row)
    log.querySelector('.none')?.remove()
  }
  row.lastElementChild.innerHTML = html
}

function dropOld() {
  const drop = log.querySelectorAll('.k').length * blockRows - mostRows
  for (let at = 0; at < Math.floor(drop / blockRows); at += 1) log.querySelector('.k').remove()
}

function onLines(event) {
  const { from, lines } = JSON.parse(event.data)
  lines.forEach((html, at) => setRow(from + at, html))
  next = from + lines.length
  log.dataset.after = event.lastEventId
  // The row that was under way is one of these now, or was set anew.
  document.getElementById(`L${next + 1}`)?.remove()
  dropOld()
  if (follows) toEnd()
}

function onTail(event) {
  const html = JSON.parse(event.data)
  if (html === '') document.getElementById(`L${next + 1}`)?.remove()
  else setRow(next, html)
  if (follows) toEnd()
}

function onState(event) {
  const now = JSON.parse(event.data)
  head.innerHTML = now.head
  state.innerHTML = now.state
  document.title = now.title
  document.querySelector('link[rel=icon]').href = now.icon
  tick()
}

// Times are counted from when they were sent: the clocks of two machines differ.
function tick() {
  for (const clock of document.querySelectorAll('[data-ms]')) {
    clock.sentAt ??= performance.now()
    const seconds = Math.floor((Number(clock.dataset.ms) + performance.now() - clock.sentAt) / 1000)
    clock.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  }
}

function connect() {
  source = new EventSource(`${events}?after=${log.dataset.after}`)
  source.addEventListener('lines', onLines)
  source.addEventListener('tail', onTail)
  source.addEventListener('state', onState)
  source.addEventListener('end', () => {
    ended = true
    source.close()
  })
  // A browser connects again by itself, but for an answer that is no stream: then the bot is full, or being started.
  source.addEventListener('error', () => {
    if (!ended && source.readyState === EventSource.CLOSED) setTimeout(connect, 3000 + 4000 * Math.random())
  })
}

addEventListener('scroll', () => {
  if (!ended) follows = atEnd()
  jump.hidden = atEnd()
})
jump.addEventListener('click', () => {
  follows = !ended
  toEnd()
})
async function copyLog() {
  const said = copy.textContent
  try {
    await navigator.clipboard.writeText(await (await fetch(text)).text())
    copy.textContent = 'Copied'
  } catch {
    // Without TLS a browser keeps the clipboard to itself.
    getSelection().selectAllChildren(log)
    copy.textContent = 'Selected'
  }
  setTimeout(() => (copy.textContent = said), 2000)
}
copy.addEventListener('click', () => void copyLog())

copy.hidden = false
jump.hidden = atEnd()
if (follows) toEnd()
setInterval(tick, 1000)
if (!ended) connect()
