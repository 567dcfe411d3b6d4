import { GATHER, linkFlags } from '../builder/gather-libraries.ts'
import { WHEELS } from './deta-wheel.ts'

/** The version that a requirement without one is met with: the library's last. */
const LAST_DETA = '1.2.0'

const pip = [
  'python3 -m pip install --no-input --disable-pip-version-check --no-cache-dir --no-warn-script-location',
  '--no-compile --progress-bar=off --target=/dependencies',
].join(' ')

/**
 * Makes every pip that runs from here on take our `deta`, whoever asks for it; also where pip makes a package from its source. The
 * constraint names a version that no index has, so nothing else meets it.
 */
export const OWN_DETA = `own_deta() {
  export MICROPUSH_DETA="$1" PIP_CONSTRAINT="${WHEELS}/$1.txt" PIP_BUILD_CONSTRAINT="${WHEELS}/$1.txt"
}
export PIP_FIND_LINKS="${WHEELS}"
own_deta ${LAST_DETA}`

/**
 * Shell text that installs what the arguments of pip say into `/dependencies`. A package that wants another version of `deta` than the
 * last is met by ours under that number, in a second try: pip says which one it was.
 *
 * pip moves what it installed from its temporary folder to the target: on the same mount that is a rename. Byte-code is made afterwards on
 * all processors, and marked as always valid, because the files never change again (PEP 552).
 */
export function pipInstall(what: string): string {
  return [
    'export TMPDIR=/dependencies/.tmp',
    'mkdir -p "$TMPDIR"',
    OWN_DETA,
    linkFlags('/dependencies'),
    `install() { { ${pip} ${what} && touch /tmp/installed; } 2>&1 | tee /tmp/pip.log; [ -e /tmp/installed ]; }`,
    WANTED_DETA,
    'install || { version=$(wanted_deta) && own_deta "$version" && install; } || exit 1',
    'rm -rf "$TMPDIR"',
    `${GATHER} /dependencies`,
    'python3 -m compileall -qq -j 0 --invalidation-mode unchecked-hash /dependencies || true',
  ].join('\n')
}

/** The version of `deta` that another package pins, if pip failed for that and we have it; else this ends with pip's failure. */
const WANTED_DETA = `wanted_deta() {
  version=$(sed -nE 's/.* depends on deta(\\[[^]]*\\])? ?\\(?(==|~=|<=)([0-9.]+[0-9]).*/\\3/p' /tmp/pip.log | tail -n 1)
  [ -n "$version" ] && [ -e "${WHEELS}/$version.txt" ] && echo "$version"
}`
