import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { defaultLimits } from '../../../contract/limits.ts'
import { connectDocker } from '../../../runner/docker/client.ts'
import { appMounts } from '../../../runner/sandbox/container/app-mounts.ts'
import { loaderCommand, runtimeEnvironment, shellCommand } from '../../../runtimes/launch.ts'
import type { Language } from '../../../runtimes/catalogue.ts'
import { attacherOf } from './attach.ts'
import { serveRestored } from './snapshot.ts'

export const docker = connectDocker('/var/run/docker.sock')

const USER = 64_900
const PORT = '8080'
const WORD_MS = 20_000

/** A container with init as its entrypoint, and the smallest engine that can drive it. */
export interface TestSandbox {
  readonly socket: string
  /** The next word of init. */
  word(): Promise<string>
  say(word: string): void
  start(what: Start, word?: 'start' | 'adopt'): void
  /** Mounts the app into a sandbox that runs. */
  attach(): Promise<void>
  /** Everything the app wrote so far. */
  output(): string
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number>
  exited(): Promise<number>
  /** Ends the control connection, as the death of the engine does. */
  hangUp(): void
  [Symbol.asyncDispose](): Promise<void>
}

type Start = {
  readonly mode: 'loader' | 'command' | 'cell'
  readonly argv: readonly string[]
  readonly env?: Record<string, string>
}

/** The app's files: their content by path. */
export type AppFiles = Readonly<Record<string, string | Uint8Array>>

interface SandboxOptions {
  readonly image: string
  readonly language: Language
  readonly files: AppFiles
  /** A folder with installed packages. */
  readonly dependencies?: string
  readonly runtime?: 'runc' | 'runsc'
  /** In a `cell` the runtime is loaded before there is an app, which is mounted then; by a `snapshot` it is on disk between import and listening. */
  readonly way?: 'plain' | 'cell' | 'snapshot'
}

export async function openSandbox(options: SandboxOptions): Promise<TestSandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'micropush-runtimes-'))
  const box = join(folder, 'box')
  await mkdir(box)
  await chmod(folder, 0o755)
  await chown(box, USER, USER)
  await writeApp(join(folder, 'app'), options.files)
  const mounts = appMounts({
    language: options.language,
    appDir: join(folder, 'app'),
    ...(options.dependencies === undefined ? {} : { dependenciesDir: options.dependencies }),
  })
  const engine = await listenOnce(join(box, 'ctl.sock'))
  const container = await docker.createContainer({
    Image: options.image,
    User: `${USER}:${USER}`,
    WorkingDir: '/app',
    Labels: { 'micropush.test': 'runtimes' },
    HostConfig: {
      Runtime: options.runtime ?? 'runc',
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 1024,
      Memory: 512 * 1024 * 1024,
      Tmpfs: { '/tmp': 'size=64m' },
      Binds: [
        `${box}:/run/micropush`,
        ...(options.way === 'cell' ? [] : mounts.map(({ source, target }) => `${source}:${target}:ro`)),
      ],
    },
  })
  const output = new PassThrough()
  let text = ''
  output.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
  const attached = await container.attach({ stream: true, stdout: true, stderr: true })
  docker.modem.demuxStream(attached, output, output)
  const dispose = async () => {
    engine.server.close()
    await container.remove({ force: true })
    await rm(folder, { recursive: true, force: true })
  }
  const socket = await connected(container, engine.connection).catch(async (error: unknown) => {
    await dispose()
    throw error
  })
  const words = createInterface({ input: socket })[Symbol.asyncIterator]()
  const exited = async () => {
    const ended: { StatusCode: number } = await container.wait()
    return ended.StatusCode
  }
  return {
    socket: join(box, 'app.sock'),
    async word() {
      const next = await within(words.next(), () => `no word from init; the app wrote: ${text}`)
      return next.done ? '<closed>' : next.value
    },
    say: (word) => socket.write(`${word}\n`),
    start: (what, word) => socket.write(startMessage(what, word)),
    async attach() {
      const { State } = await container.inspect()
      await attacherOf(docker).attach({ pid: State.Pid, box, mounts })
    },
    output: () => text,
    async stop() {
      await container.kill({ signal: 'SIGTERM' })
      return exited()
    },
    exited,
    hangUp: () => socket.destroy(),
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await dispose()
    },
  }
}

/** Init's connection. It has its time from the start on: Docker's own part may take long on a busy machine. */
async function connected(container: { start(): Promise<unknown> }, connection: Promise<Socket>): Promise<Socket> {
  await container.start()
  return within(connection, () => 'init did not connect')
}

/** Opens a sandbox and takes an app through all phases. */
export async function serve(
  options: SandboxOptions & { readonly entry: string; readonly env?: Record<string, string> },
): Promise<TestSandbox> {
  if (options.way === 'snapshot') {
    const restored = await serveSnapshot(options)
    if (restored !== undefined) return restored
  }
  const env = { ...runtimeEnvironment(options.language), PORT, ...options.env }
  return listening(options, { mode: 'loader', argv: loaderCommand(options.language, options.entry), env })
}

async function serveSnapshot(
  options: SandboxOptions & { readonly entry: string; readonly env?: Record<string, string> },
): Promise<TestSandbox | undefined> {
  const { image, language, files, dependencies, entry, env = {} } = options
  const folder = await mkdtemp(join(tmpdir(), 'micropush-runtimes-'))
  await chmod(folder, 0o755)
  const appDir = join(folder, 'app')
  await writeApp(appDir, files)
  const launch = { kind: 'loader', language, entry } as const
  const spec = { deploymentId: 'd1', micro: 'hello', image, launch, language, appDir, env, limits: defaultLimits }
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const restored = await serveRestored(dependencies === undefined ? spec : { ...spec, dependenciesDir: dependencies })
  const unused = (): never => {
    throw new Error('it has been restored and listens')
  }
  if (restored === undefined) return undefined
  const appFiles = stack.move()
  const end = async () => {
    await restored[Symbol.asyncDispose]()
    await appFiles.disposeAsync()
  }
  return {
    ...restored,
    [Symbol.asyncDispose]: end,
    word: unused,
    say: unused,
    start: unused,
    attach: unused,
    hangUp: unused,
  }
}

async function listening(options: SandboxOptions, start: Start): Promise<TestSandbox> {
  const sandbox = await openSandbox(options)
  try {
    await begin(sandbox, options, start)
    await expectWord(sandbox, options.way === 'cell' && start.mode === 'loader' ? 'adopted' : 'loaded')
    sandbox.say('import')
    await expectWord(sandbox, 'imported')
    sandbox.say('listen')
    await expectWord(sandbox, 'listening')
    return sandbox
  } catch (error) {
    await sandbox[Symbol.asyncDispose]()
    throw error
  }
}

/** Up to where the runtime is loaded, or is about to be, with the app in its place. */
async function begin(sandbox: TestSandbox, { way, language }: SandboxOptions, start: Start): Promise<void> {
  await expectWord(sandbox, 'hello')
  if (way !== 'cell') return sandbox.start(start)
  sandbox.start({ mode: 'cell', argv: loaderCommand(language), env: { ...runtimeEnvironment(language), PORT } })
  await expectWord(sandbox, 'loaded')
  await sandbox.attach()
  sandbox.start(start, start.mode === 'loader' ? 'adopt' : 'start')
}

/** Takes an app through the phases until it fails, and gives the words of the failure. */
export async function failure(options: SandboxOptions & { readonly entry: string }): Promise<string> {
  await using sandbox = await openSandbox(options)
  const env = { ...runtimeEnvironment(options.language), PORT }
  await begin(sandbox, options, { mode: 'loader', argv: loaderCommand(options.language, options.entry), env })
  for (const next of ['import', 'listen', '']) {
    const word = await sandbox.word()
    if (word.startsWith('failed ')) return word.slice('failed '.length).replaceAll('\\n', '\n')
    if (next !== '') sandbox.say(next)
  }
  throw new Error('the app did not fail')
}

/** Runs a `run:` command through all phases. */
export async function command(options: SandboxOptions & { readonly command: string }): Promise<TestSandbox> {
  const env = { ...runtimeEnvironment(options.language), PORT }
  return listening(options, { mode: 'command', argv: shellCommand(options.command), env })
}

export async function expectWord(sandbox: TestSandbox, wanted: string): Promise<void> {
  const word = await sandbox.word()
  if (word !== wanted) throw new Error(`init said ${JSON.stringify(word)} where ${wanted} was due; ${sandbox.output()}`)
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Ask {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** One HTTP request over a unix socket. */
export async function ask(socketPath: string, { method, path, headers, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, method: method ?? 'GET', path: path ?? '/', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.on('upgrade', ({ headers }, socket) => {
      socket.destroy()
      resolve({ status: 101, headers, body: '' })
    })
    sent.end(body)
  })
}

function startMessage({ mode, argv, env = {} }: Start, word = 'start'): Buffer {
  const strings = [
    mode,
    String(argv.length),
    ...argv,
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ]
  const bytes = Buffer.from(strings.map((text) => `${text}\0`).join(''))
  return Buffer.concat([Buffer.from(`${word} ${bytes.length}\n`), bytes])
}

async function writeApp(root: string, files: AppFiles): Promise<void> {
  await mkdir(join(root, 'node_modules'), { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    const isScript = typeof content === 'string' && content.startsWith('#!')
    await writeFile(join(root, name), content, { mode: isScript ? 0o755 : 0o644 })
  }
}

async function listenOnce(path: string): Promise<{ server: Server; connection: Promise<Socket> }> {
  const server = createServer()
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  await chmod(path, 0o666)
  return { server, connection }
}

async function within<T>(wanted: Promise<T>, words: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(words())), WORD_MS)
  })
  return Promise.race([wanted, late]).finally(() => clearTimeout(timer))
}
