import type { Files } from './stage.ts'

/** A micro with packages that are compiled, or bring programs; it answers with what came of using each. */
export interface NativeMicro {
  readonly runtime: string
  readonly files: Files
  readonly answer: unknown
}

const NODE = `

const tries = {
  argon2: async () => (await require('argon2').verify(await require('argon2').hash('secret'), 'secret')),
  bcrypt: async () => require('bcrypt').compareSync('secret', require('bcrypt').hashSync('secret', 4)),
  sqlite: async () => new (require('better-sqlite3'))('/tmp/a.db').prepare('select 6 * 7 as n').get().n,
  sharp: async () => {
    const blank = { create: { width: 6, height: 4, channels: 3, background: 'red' } }
    return (await require('sharp')(await require('sharp')(blank).png().toBuffer()).resize(3).metadata()).format
  },
}
async function answer() {
  const said = {}
  for (const name of Object.keys(tries).filter((one) => process.env.TRIES.split(' ').includes(one))) {
    said[name] = await tries[name]().catch((error) => String(error))
  }
  return JSON.stringify(said)
}
module.exports = (req, res) => void answer().then((text) => res.end(text))`

const PYTHON = `
import importlib, io, json, os

def pillow():
    from PIL import Image
    file = io.BytesIO()
    Image.new("RGB", (6, 4), "red").save(file, "JPEG")
    return Image.open(io.BytesIO(file.getvalue())).format

def lxml():
    from lxml import etree
    return etree.fromstring(b"<a><b>c</b></a>").xpath("string(b)")

def cryptography():
    from cryptography.fernet import Fernet
    key = Fernet(Fernet.generate_key())
    return key.decrypt(key.encrypt(b"text")).decode()

def psycopg():
    import psycopg
    try:
        psycopg.connect("host=/nowhere")
    except psycopg.OperationalError:
        return psycopg.pq.__impl__

def psycopg2():
    import psycopg2
    try:
        psycopg2.connect("host=/nowhere")
    except psycopg2.OperationalError:
        return psycopg2.__libpq_version__ > 100000

def grpcio():
    import grpc
    channel = grpc.insecure_channel("unix:/nowhere")
    channel.close()
    return bool(grpc.__version__)

def google_cloud():
    from google.cloud import storage
    return storage.Blob.__name__

def firebase():
    import firebase_admin
    from firebase_admin import firestore
    return callable(firestore.client) and firebase_admin.__name__

def app(environ, start_response):
    said = {}
    for name in os.environ["TRIES"].split():
        try:
            said[name] = globals()[name]()
        except Exception as error:
            said[name] = repr(error)
    start_response("200 OK", [])
    return [json.dumps(said).encode()]`

interface NodeFacts {
  readonly runtime: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly answer: object
  readonly npmrc?: string
}

function node({ runtime, dependencies, answer, npmrc = '' }: NodeFacts): NativeMicro {
  const files = { 'index.js': NODE, 'package.json': JSON.stringify({ dependencies }), '.npmrc': npmrc }
  return { runtime, files, answer }
}

function python(runtime: string, requirements: readonly string[], answer: object): NativeMicro {
  return { runtime, files: { 'main.py': PYTHON, 'requirements.txt': `${requirements.join('\n')}\n` }, answer }
}

export const nativeMicros = {
  /** Of these better-sqlite3 is compiled where the host of its prebuilt program cannot be reached. */
  node24: node({
    runtime: 'nodejs24',
    dependencies: { argon2: '0.44.0', bcrypt: '6.0.0', 'better-sqlite3': '12.4.1', sharp: '0.34.4' },
    answer: { argon2: true, bcrypt: true, sqlite: 42, sharp: 'png' },
  }),
  /**
   * The last versions that know Node 14, all compiled, wherever prebuilt programs could be had; sharp's fetch their library from a host of
   * their own and not from npm.
   */
  node14: node({
    runtime: 'nodejs14',
    dependencies: { argon2: '0.31.2', bcrypt: '5.1.1', 'better-sqlite3': '8.7.0' },
    answer: { argon2: true, bcrypt: true, sqlite: 42 },
    npmrc: 'build-from-source=true\n',
  }),
  wheels: python(
    'python3.13',
    ['Pillow', 'lxml', 'cryptography', 'psycopg[binary]', 'grpcio', 'google-cloud-storage', 'firebase-admin'],
    {
      pillow: 'JPEG',
      lxml: 'c',
      cryptography: 'text',
      psycopg: 'binary',
      grpcio: true,
      google_cloud: 'Blob',
      firebase: 'firebase_admin',
    },
  ),
  source: python('python3.13', ['psycopg[c]', 'psycopg2'], { psycopg: 'c', psycopg2: true }),
} as const satisfies Record<string, NativeMicro>
