/*
 * An addon for Node's loader, for a process that came back from disk. Node's cryptography makes its random numbers from a state in memory, and nothing
 * of JavaScript's reaches what seeds it: RAND_poll, which Node's program brings along, takes new randomness from the kernel
 * (https://docs.openssl.org/master/man3/RAND_add/). Everything that is derived from that state is seeded anew with it.
 *
 * It is loaded before the process is put on disk, since loading it takes longer than calling it. Node-API, as declared here, is the same from
 * Node 12 on (https://nodejs.org/api/n-api.html).
 */
#include <stddef.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);

extern int napi_create_function(napi_env, const char *name, size_t, napi_callback, void *data, napi_value *result);
extern int RAND_poll(void) __attribute__((weak));

static napi_value reseed(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  if (RAND_poll) RAND_poll();
  return NULL;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function;
  return napi_create_function(env, "reseed", 6, reseed, NULL, &function) == 0 ? function : exports;
}
