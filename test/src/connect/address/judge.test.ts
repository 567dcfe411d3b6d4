import { describe, expect, it } from 'vitest'
import { judgeAddresses, judgeOrigin, parseAddress } from '../../../../src/connect/address/judge.ts'
import { networkOf } from '../../../../src/connect/address/networks.ts'

const dotCom = { webUrl: 'https://github.com', apiUrl: 'https://api.github.com' }
const enterprise = { webUrl: 'https://ghe.example', apiUrl: 'https://ghe.example/api/v3' }
const forge = { webUrl: 'http://127.0.0.1:4000', apiUrl: 'http://127.0.0.1:4000/api/v3' }

describe('an address that was typed', () => {
  it.each([
    ['https://bot.example.com', 'https://bot.example.com'],
    [' bot.example.com ', 'https://bot.example.com'],
    ['HTTP://Bot.Example.com:8443/', 'http://bot.example.com:8443'],
    ['https://[2606:4700::1]', 'https://[2606:4700::1]'],
  ])('%s is read as %s', (text, origin) => {
    expect(parseAddress(text)).toEqual({ origin })
  })

  it.each([
    ['', /no web address/],
    ['ftp://bot.example.com', /https/],
    ['https://me:secret@bot.example.com', /password/],
    ['https://bot.example.com/micropush', /without a path/],
    ['https://bot.example.com/?a=1', /without a path/],
    ['javascript:alert(1)', /no web address|https/],
  ])('%s is refused in words', (text, words) => {
    expect(parseAddress(text)).toMatchObject({ fault: expect.stringMatching(words) as string })
  })
})

describe('what an address means', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['169.254.169.254', 'forbidden'],
    ['::ffff:169.254.169.254', 'forbidden'],
    ['100.100.100.200', 'forbidden'],
    ['168.63.129.16', 'forbidden'],
    ['fd00:ec2::254', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['64:ff9b::a9fe:a9fe', 'forbidden'],
    ['2002:a9fe:a9fe::1', 'forbidden'],
    ['0.0.0.0', 'forbidden'],
    ['::', 'forbidden'],
    ['224.0.0.1', 'forbidden'],
  ] as const)('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('towards github.com', () => {
  it('a name of this machine is refused before it is looked up', () => {
    expect(judgeOrigin('https://localhost', dotCom)).toMatchObject([{ level: 'bad' }])
    expect(judgeOrigin('https://bot.internal', dotCom)).toMatchObject([{ level: 'bad' }])
  })

  it('http is warned of, and https is not', () => {
    expect(judgeOrigin('http://bot.example.com', dotCom)).toMatchObject([{ level: 'warn' }])
    expect(judgeOrigin('https://bot.example.com', dotCom)).toEqual([])
  })

  it('one address that is not public is enough to be refused', () => {
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254'])
      expect(judgeAddresses('bot.example.com', ['8.8.8.8', address], dotCom)).toMatchObject([{ level: 'bad' }])
    expect(judgeAddresses('bot.example.com', ['8.8.8.8', '2606:4700::1'], dotCom)).toEqual([])
  })
})

it('a GitHub Enterprise Server may reach the bot in a private network, but not at a metadata address', () => {
  expect(judgeAddresses('bot.corp', ['10.0.0.1'], enterprise)).toEqual([])
  expect(judgeAddresses('bot.corp', ['169.254.169.254'], enterprise)).toMatchObject([{ level: 'bad' }])
  expect(judgeAddresses('bot.corp', ['127.0.0.1'], enterprise)).toMatchObject([{ level: 'bad' }])
})

it('a forge on this machine reaches it by loopback, and nothing private is asked for its sake', () => {
  expect(judgeOrigin('http://127.0.0.1:4001', forge)).toEqual([])
  expect(judgeAddresses('127.0.0.1', ['127.0.0.1'], forge)).toEqual([])
  expect(judgeAddresses('10.0.0.1', ['10.0.0.1'], forge)).toMatchObject([{ level: 'bad' }])
})
