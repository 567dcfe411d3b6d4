/** Code for `runInside`: what an app does to find its limits, and what it says of them. */

/** Starts processes until one is refused, and ends them all. @returns how many there were, why the next one was not, and all tasks of the sandbox at that moment. */
export const fillProcesses = `
  const { spawn } = require('child_process'), fs = require('fs')
  await fs.promises.readdir('/proc')
  const children = []; let refused
  while (refused === undefined && children.length < 2000) {
    const child = spawn('sleep', ['100'], { stdio: 'ignore' })
    refused = await new Promise((resolve) => { child.on('error', ({ code }) => resolve(code)); child.on('spawn', () => resolve(undefined)) })
    if (refused === undefined) children.push(child)
  }
  const threadsOf = (pid) => Number(/Threads:\\s+(\\d+)/.exec(fs.readFileSync('/proc/' + pid + '/status', 'utf8'))[1])
  const tasks = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).reduce((sum, pid) => sum + threadsOf(pid), 0)
  await Promise.all(children.map((child) => new Promise((resolve) => { child.on('exit', resolve); child.kill('SIGKILL') })))
  return { made: children.length, refused, tasks }`

/** Tries to make a file in every folder that there is. @returns the roots of those in which that worked, and every mount point. */
export const walkMounts = `
  const fs = require('fs')
  const mounts = fs.readFileSync('/proc/self/mounts', 'utf8').trim().split('\\n').map((line) => line.split(' ')[1])
  const writable = new Set(); let folders = 0
  const attempt = (folder) => {
    folders += 1
    const file = folder + '/.attempt'
    try { fs.closeSync(fs.openSync(file, 'wx')); fs.unlinkSync(file); writable.add(folder) } catch {}
  }
  const walk = (folder, depth) => {
    attempt(folder)
    if (depth === 0) return
    let entries = []
    try { entries = fs.readdirSync(folder, { withFileTypes: true }) } catch {}
    for (const entry of entries) {
      if (!entry.isDirectory()) continue
      const path = folder === '/' ? '/' + entry.name : folder + '/' + entry.name
      // Endless, and a picture of processes: two levels show what it is.
      walk(path, path === '/proc' || path === '/sys' ? 2 : depth - 1)
    }
  }
  walk('/', 100)
  for (const mount of mounts) if (fs.statSync(mount, { throwIfNoEntry: false })?.isDirectory()) attempt(mount)
  const files = mounts.filter((mount) => { try { fs.closeSync(fs.openSync(mount, 'r+')); return fs.statSync(mount).isFile() } catch { return false } })
  return { mounts, folders, writable: [...writable], files }`

/** Writes into one file until there is no more room, and removes it. @returns `<blocks written> <error's code>`. */
export function fillFile(path: string, blockBytes: number): string {
  return `
    const fs = require('fs'); const fd = fs.openSync('${path}', 'w'); const block = Buffer.alloc(${blockBytes}, 1); let written = 0
    try { for (; written < 10000; written += 1) { let at = 0; while (at < block.length) at += fs.writeSync(fd, block, at) } }
    catch (error) { return written + ' ' + error.code } finally { fs.closeSync(fd); fs.unlinkSync('${path}') }
    return written + ' without end'`
}
