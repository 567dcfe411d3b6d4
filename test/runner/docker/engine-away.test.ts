import { expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { imageExists, listImages, usedImages } from '../../../runner/docker/images.ts'
import { lastOutput } from '../../../runner/docker/output.ts'

const docker = connectDocker('/nowhere/docker.sock')

it.each([
  ['whether an image is there', () => imageExists(docker, 'micropush/none:1')],
  ['for its images', () => listImages(docker, 'x')],
  ['for the images in use', () => usedImages(docker)],
  ['for what a container wrote', () => lastOutput(docker, 'x', 10)],
])('says that a daemon that is asked %s is away, so that it is tried again', async (_, ask) => {
  await expect(ask()).rejects.toMatchObject({ code: 'engine-unavailable', retry: true })
})
