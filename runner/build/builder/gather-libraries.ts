/** Below the folder of dependencies. */
const LIBRARIES = '.libs'

/**
 * Shell text after which whatever is compiled looks for shared libraries beside the dependencies, before it looks in the system. It is the
 * older kind of entry, RPATH, because that one counts for the libraries of the libraries too (ld.so(8)).
 *
 * @param folder where the dependencies are at run time.
 */
export function linkFlags(folder: string): string {
  return `export LDFLAGS="\${LDFLAGS:-} -Wl,--disable-new-dtags,-rpath,${folder}/${LIBRARIES}"`
}

/**
 * Shell text of a function that copies the system's libraries which the programs that were compiled here are linked with to a folder
 * beside them: the sandbox lacks most of them, as it lacks the compiler. What every sandbox has stays out, and so do packages that came
 * as wheels for many systems or as prebuilt programs, which bring their own. A library that is found nowhere is told when it is loaded.
 */
export const GATHER = `gather() {
  compiled=$( { grep -l '^Tag: .*-linux_' "$1"/*.dist-info/WHEEL 2>/dev/null | sed 's|/WHEEL$|/RECORD|' | xargs -r -d '\\n' sed -nE "s|^([^,]+\\.so),.*|$1/\\1|p"; find "$1" -path '*/build/Release/*.node' -type f 2>/dev/null; } || true)
  [ -n "$compiled" ] || return 0
  printf '%s\\n' "$compiled" | xargs -r -d '\\n' ldd 2>/dev/null | sed -nE 's|.* => (/(usr/)?lib/[^ ]+) .*|\\1|p' | sort -u |
    grep -vE '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|util|resolv|nsl|anl|gcc_s|stdc\\+\\+|atomic|z|python3[^/]*))\\.so[^/]*$' |
    while read -r library; do mkdir -p "$1/${LIBRARIES}" && cp -L "$library" "$1/${LIBRARIES}/"; done || true
}
gather`
