/*
 * Loaded by Node's loader after its process came back from disk. Node's cryptography makes its random numbers from a state in memory, and
 * nothing of JavaScript's reaches what seeds it: the function below, which Node's program brings along, takes new randomness from the kernel
 * (https://docs.openssl.org/master/man3/RAND_add/). Everything that is derived from that state is seeded anew with it.
 */
extern int RAND_poll(void) __attribute__((weak));

__attribute__((constructor)) static void reseed(void) {
  if (RAND_poll) RAND_poll();
}
