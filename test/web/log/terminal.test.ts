import { describe, expect, it } from 'vitest'
import { rowHtml, rowText } from '../../../web/log/row-html.ts'
import { createTerminal, type Row } from '../../../web/log/terminal.ts'

function rowsOf(...pieces: (string | Uint8Array)[]): Row[] {
  const terminal = createTerminal()
  const rows = pieces.flatMap((piece) => terminal.write(Buffer.from(piece as string)))
  return [...rows, terminal.rest()]
}

function text(...pieces: (string | Uint8Array)[]): string[] {
  return rowsOf(...pieces).map(({ runs }) => rowText(runs))
}

function html(written: string): string {
  return rowsOf(written)
    .map(({ runs }) => rowHtml(runs))
    .join('\n')
}

describe('lines', () => {
  it('end where they ended, however the bytes were cut', () => {
    const written = Buffer.from('eins\r\nzwei ü 🙂\n\x1b[1;31mdrei\x1b[0m\nrest')
    const whole = rowsOf(written)
    expect(whole.map(({ runs }) => rowText(runs))).toEqual(['eins', 'zwei ü 🙂', 'drei', 'rest'])
    expect(whole.map(({ endByte }) => endByte)).toEqual([6, 19, 35, 39])
    for (let cut = 1; cut < written.length; cut += 1) {
      expect(rowsOf(written.subarray(0, cut), written.subarray(cut))).toEqual(whole)
    }
  })

  it.each([
    ['10%\r50%\r100%', '100%'],
    ['a longer line\rshort', 'shortger line'],
    ['downloading 90%\r\x1b[Kdone', 'done'],
    ['|\b/\b-\b done', ' done'],
    ['spin\x1b[2K\x1b[1Gnpm', 'npm'],
    ['a\tb', 'a       b'],
    ['\b\b\x1b[99999999Gx', 'x'],
    ['a\u0007\u0000\u000b\u007f\u009bb', 'ab'],
  ])('show what a terminal would show of %j', (written, shown) => {
    expect(text(written)).toEqual([shown])
  })

  it.each([
    'a\x1b]0;a title\u0007b',
    'a\x1b]8;;https://evil.example\x1b\\b',
    'a\x1bPq#0\x1b\\b',
    'a\x1b[?25lb',
    'a\x1b[10;10Hb',
    'a\x1b[1A\x1b[5nb',
    'a\x1b(Bb',
    'a\x1b7b',
    'a\x1b[>4;1mb',
    'a\x1b[1 qb',
    'a\x1b\x1b\x1b[1mb',
  ])('leave out every other sequence: %j', (written) => {
    expect(text(written)).toEqual(['ab'])
  })

  it('are not hidden by a sequence that never ends', () => {
    expect(text('a\x1b]0;title\nb\x1b[31\nc\x1b\nd')).toEqual(['a', 'b', 'c', 'd'])
  })

  it('hold no characters that make a text look like another one', () => {
    expect(text('a\u202eb\u2066c\u200bd\u061ce\u{e0041}f\ufeffg')).toEqual(['abcdefg'])
  })

  it('show that bytes were no UTF-8, and go on', () => {
    expect(text(Buffer.from([0x61, 0xff, 0x62]))).toEqual(['a\ufffdb'])
    expect(text(Buffer.from([0xf0, 0x9f, 0x0a, 0x62]))).toEqual(['\ufffd', 'b'])
    expect(text(Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0x80]))).toEqual(['\ufffd\ufffd\ufffd'])
  })

  it('go on in the next row when they are too long for one', () => {
    const rows = rowsOf(`${'x'.repeat(10_000)}\n`)
    expect(rows.map(({ runs, isWrapped }) => [rowText(runs).length, isWrapped])).toEqual([
      [4096, true],
      [4096, true],
      [1808, false],
      [0, false],
    ])
    expect(rows.map(({ endByte }) => endByte)).toEqual([4096, 8192, 10_001, 10_001])
  })
})

describe('colours', () => {
  it.each([
    ['\x1b[31mred\x1b[0m', '<span class="f1">red</span>'],
    ['\x1b[1;2;3;4;9mall\x1b[22;23;24;29m.', '<span class="b d i u s us">all</span>.'],
    ['\x1b[97;100mx', '<span class="g8 f15">x</span>'],
    ['\x1b[38;5;9mx', '<span class="f9">x</span>'],
    ['\x1b[38;5;208mx', '<span class="c" style="--c:#ff8700">x</span>'],
    ['\x1b[38;5;232mx', '<span class="c" style="--c:#080808">x</span>'],
    ['\x1b[38;2;1;2;3mx', '<span class="c" style="--c:#010203">x</span>'],
    ['\x1b[38:2::1:2:3mx', '<span class="c" style="--c:#010203">x</span>'],
    ['\x1b[38;2;1;2;3;48;5;231mx', '<span class="gl" style="background:#ffffff;color:#010203">x</span>'],
    ['\x1b[38;5;1;1mx', '<span class="b f1">x</span>'],
    ['\x1b[7mx\x1b[27my', '<span class="rb rf">x</span>y'],
    ['\x1b[31;7mx', '<span class="g1 rf">x</span>'],
    ['\x1b[31mx\x1b[39my\x1b[32mz\x1b[mw', '<span class="f1">x</span>y<span class="f2">z</span>w'],
    ['\x1b[4:3mx\x1b[4:0my', '<span class="u">x</span>y'],
    ['\x1b[8mhidden', 'hidden'],
    ['\x1b[38;5;999;38;2;300;0;0mx', 'x'],
  ])('of %j', (written, shown) => {
    expect(html(written)).toBe(shown)
  })

  it('go on into the next line', () => {
    expect(html('\x1b[32ma\nb')).toBe('<span class="f2">a</span>\n<span class="f2">b</span>')
  })

  it('never let HTML through, in colour or not, over a line or not', () => {
    const evil = `<script>alert("1")</script>'&`
    expect(html(`${evil}\x1b[31m${evil}\r\x1b[1m<\x1b]<img>\u0007`)).not.toMatch(/<(?!\/?span)|"1"|&(?!\w+;|#)/)
  })
})

describe('a log that was made to do harm', () => {
  const SIZE = 256 * 1024
  const logs = {
    'one line': 'x'.repeat(SIZE),
    'escapes on each character': '\x1b[1mx\x1b[22my'.repeat(SIZE / 11),
    'carriage returns over a full row': `${'x'.repeat(4096)}${'\rx\x1b[K'.repeat(SIZE / 5)}`,
    'jumps and erasures': '\x1b[9999G\x1b[1K\x1b[2Kx'.repeat(SIZE / 17),
    'a sequence without end': `\x1b[${'1;'.repeat(SIZE / 2)}m`,
    'a string without end': `\x1b]${'x'.repeat(SIZE)}`,
    'escapes alone': '\x1b'.repeat(SIZE),
    tabs: '\t'.repeat(SIZE),
    'ends of lines': '\n'.repeat(SIZE),
    'backspaces between characters': 'xy\b'.repeat(SIZE / 3),
    'colours without end': '\x1b[38;2;1;2;3;38;2;1;2;4;48;2;9;9;9mx'.repeat(SIZE / 40),
  }

  it.each(Object.entries(logs))('takes little time, which grows with its length alone: %s', (_, written) => {
    const bytes = Buffer.from(written)
    const terminal = createTerminal()
    const before = process.cpuUsage()
    for (const { runs } of [...terminal.write(bytes), terminal.rest()]) rowHtml(runs)
    const { user, system } = process.cpuUsage(before)
    // Some 0.1 s; a step for each pair of characters would take minutes.
    expect((user + system) / 1e6).toBeLessThan(2)
  })
})
