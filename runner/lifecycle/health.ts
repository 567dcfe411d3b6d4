import { createServer, type Server } from 'node:http'
import { chmod, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxState } from '../../contract/sandbox-state.ts'
import type { Runner } from '../runner.ts'
import { readSandboxState } from './sandbox-state.ts'

/** A daemon that does not answer in this time does not work, whatever it says later. */
const ENGINE_MS = 2000

/** What `GET /healthz` on the runner's socket answers. `ok` or what does not work, in words. */
interface Health {
  readonly ok: boolean
  readonly parts: { readonly engine: string; readonly gateway: string }
  readonly sandbox: { readonly isolation: string; readonly means: string }
}

/** Serves the runner's health, and the state of each deployment, on a unix socket: for the bot and for `micropush status`. */
export async function serveHealth(runner: Runner, means: string): Promise<Server> {
  const path = runner.settings.sockets.runner
  await rm(path, { force: true })
  const server = createServer((request, response) => {
    request.resume()
    const reading = read(runner, means, request.url ?? '')
    if (reading === undefined) return void response.writeHead(404).end()
    reading.then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      },
      (error: unknown) => {
        // A question must not end the engine, whatever went wrong with its answer.
        runner.log.error({ err: error }, 'the health could not be read')
        response.writeHead(500).end()
      },
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // The bot may be another user: then the folder gives its group to what is made in it.
  await chmod(path, 0o660)
  return server
}

interface Reading {
  readonly status: number
  readonly body: Health | SandboxState
}

/** The answer for a path; undefined where there is none. */
function read(runner: Runner, means: string, path: string): Promise<Reading> | undefined {
  if (path === '/healthz') return readHealth(runner, means).then((body) => ({ status: body.ok ? 200 : 503, body }))
  const id = /^\/deployments\/([\w-]+)$/.exec(path)?.[1]
  return id === undefined ? undefined : readSandboxState(runner, id).then((body) => ({ status: 200, body }))
}

async function readHealth(runner: Runner, means: string): Promise<Health> {
  const [engine, gateway] = await Promise.all([dockerHealth(runner), gatewayHealth(runner)])
  return {
    ok: engine === 'ok' && gateway === 'ok',
    parts: { engine, gateway },
    sandbox: { isolation: runner.sandboxes.isolation, means },
  }
}

/** All that are connected have to answer, and there have to be as many as there should be. */
async function gatewayHealth({ gateways, settings }: Runner): Promise<string> {
  const answerMs = await gateways.ping()
  const there = [...gateways.gateways()].length
  if (answerMs === undefined) return there === 0 ? 'no gateway answers' : 'a gateway process does not answer'
  return there < settings.gateways ? `${there} of ${settings.gateways} gateway processes are there` : 'ok'
}

async function dockerHealth(runner: Runner): Promise<string> {
  const answer = runner.docker.ping().then(
    () => true,
    () => false,
  )
  const answered = await Promise.race([answer, sleep(ENGINE_MS, false, { ref: false })])
  return answered ? 'ok' : 'the Docker daemon does not answer'
}
