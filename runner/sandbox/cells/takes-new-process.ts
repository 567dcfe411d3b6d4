import type { Language } from '../../../runtimes/catalogue.ts'
import { runtimeEnvironment } from '../../../runtimes/launch.ts'

/**
 * Variables that something reads once, when a process begins or when a library is loaded: the dynamic linker and the C library (ld.so(8), tzset(3),
 * setlocale(3), mallopt(3)), OpenSSL (openssl-env(7)), and the runtimes themselves.
 */
const COMMON =
  /^(LD_|LC_|LANG$|LANGUAGE$|LOCPATH$|NLSPATH$|TZ$|TZDIR$|GLIBC_|MALLOC_|GCONV_PATH$|OPENSSL|SSL_|RES_OPTIONS$|LOCALDOMAIN$|HOSTALIASES$)/
const OWN: Readonly<Record<Language, RegExp>> = {
  // Of these two, NODE_ENV is nobody's but the app's, and our loader has NODE_PATH read again.
  node: /^(NODE_(?!ENV$|PATH$)|UV_|ICU_|JEMALLOC_)/,
  // It is our loader that reads PYTHONPATH, when it imports the app.
  python: /^_?PYTHON(?!PATH$)/,
}

/** Whether an environment needs a process that was started with it, rather than one that gets it later. */
export function takesNewProcess(language: Language, env: Readonly<Record<string, string>>): boolean {
  const usual = runtimeEnvironment(language)
  return Object.entries(env).some(
    // setenv(3) refuses what no program can ask for; execve(2) hands it on.
    ([name, value]) => name === '' || ((COMMON.test(name) || OWN[language].test(name)) && usual[name] !== value),
  )
}
