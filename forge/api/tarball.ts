import { randomBytes } from 'node:crypto'
import { archive } from '../git/archive.ts'
import type { Forge } from '../forge.ts'
import type { Answer } from '../http/answer.ts'
import { notFound } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { fullName } from '../shapes/urls.ts'
import { repositoryById } from '../state/repositories.ts'
import { storeDownload, takeDownload } from '../state/tokens.ts'
import { commitNamed } from './repository.ts'

const NEEDS = [['contents', 'read']] as const
const VALID_MS = 5 * 60_000

/** A commit's files: https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar */
export const tarballRoutes: readonly Route[] = [
  repositoryRoute('GET /tarball', NEEDS, redirect),
  repositoryRoute('GET /tarball/*ref', NEEDS, redirect),
]

/** The address carries its own right to be read once, within five minutes; no other credential goes there. */
async function redirect(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, params } = call
  const sha = await commitNamed(call, params['ref'], notFound())
  const token = randomBytes(24).toString('base64url')
  storeDownload(forge.database, token, { repositoryId: repository.id, sha, expiresAtMs: forge.clock() + VALID_MS })
  const location = `${forge.urls.origin}/_codeload/${fullName(repository)}/legacy.tar.gz/${sha}?token=${token}`
  return { status: 302, headers: { location } }
}

/** Answers the address of a redirect. */
export function download(forge: Forge, url: URL): Answer {
  const taken = takeDownload(forge.database, url.searchParams.get('token') ?? '', forge.clock())
  const repository = taken === undefined ? undefined : repositoryById(forge.database, taken.repositoryId)
  if (taken === undefined || repository === undefined) throw notFound()
  const topFolder = `${repository.owner.login}-${repository.name}-${taken.sha.slice(0, 7)}`
  return {
    status: 200,
    headers: {
      'content-type': 'application/x-gzip',
      'content-disposition': `attachment; filename=${topFolder}.tar.gz`,
    },
    stream: archive(forge.git, forge.git.folder(repository.id), { sha: taken.sha, topFolder }),
  }
}
