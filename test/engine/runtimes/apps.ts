/** Small apps that answer a POST with 201 and its body, by framework: their files. */
export const nodeApps: Record<string, Record<string, string>> = {
  express: {
    'index.js': `
const express = require('express')
const app = express()
app.use(express.json())
app.post('/', (req, res) => res.status(201).json(req.body))
module.exports = app`,
  },
  'express, exported by name': {
    'index.js': `
const express = require('express')
exports.app = express().use(express.json()).post('/', (req, res) => res.status(201).json(req.body))`,
  },
  koa: {
    'index.js': `
const Koa = require('koa')
const app = new Koa()
app.use(async (ctx) => {
  const parts = []
  for await (const part of ctx.req) parts.push(part)
  ctx.status = 201
  ctx.body = JSON.parse(Buffer.concat(parts).toString())
})
module.exports = app`,
  },
  fastify: {
    'index.js': `
const app = require('fastify')()
let ready = false
app.addHook('onReady', async () => { ready = true })
app.addHook('onClose', async () => { console.log('closed') })
app.post('/', async (request, reply) => reply.code(ready ? 201 : 500).send(request.body))
module.exports = app`,
  },
  'an http.Server': {
    'index.js': `
module.exports = require('http').createServer((req, res) => { res.statusCode = 201; req.pipe(res) })`,
  },
  'an ES module of hono': {
    'index.mjs': `
import { Hono } from 'hono'
const app = new Hono()
app.post('/', async (c) => c.json(await c.req.json(), 201))
export default app`,
  },
}

/** The same in Python: the text of main.py. */
export const pythonApps: Record<string, string> = {
  fastapi: `
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse
state = {}
@asynccontextmanager
async def lifespan(app):
    state["up"] = True
    yield
    print("closed", flush=True)
app = FastAPI(lifespan=lifespan)
@app.post("/", status_code=201)
async def echo(request: Request):
    body = await request.body()
    async def parts():
        for byte in body:
            yield bytes([byte])
    return StreamingResponse(parts(), 201 if state.get("up") else 500)
`,
  starlette: `
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def echo(request):
    return Response(await request.body(), 201)
app = Starlette(routes=[Route("/", echo, methods=["POST"])])
`,
  flask: `
from flask import Flask, request
app = Flask(__name__)
@app.post("/")
def echo():
    return request.get_data(), 201
`,
  bottle: `
import bottle
app = bottle.Bottle()
@app.post("/")
def echo():
    bottle.response.status = 201
    return bottle.request.body.read()
`,
  'django over WSGI': django('get_wsgi_application', 'wsgi'),
  'django over ASGI': django('get_asgi_application', 'asgi'),
}

function django(factory: string, module: string): string {
  return `
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="only a test", ALLOWED_HOSTS=["*"])
from django.core.${module} import ${factory}
from django.views.decorators.csrf import csrf_exempt
@csrf_exempt
def echo(request):
    return HttpResponse(request.body, status=201)
urlpatterns = [path("", echo)]
application = ${factory}()
`
}
