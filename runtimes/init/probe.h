/* Whether, and under which of loopback's addresses, something accepts connections on a port. */
#ifndef MICROPUSH_PROBE_H
#define MICROPUSH_PROBE_H

#include <stdbool.h>
#include <sys/socket.h>

struct target {
  struct sockaddr_storage address;
  socklen_t size;
};

/* Takes at most a tenth of a second. */
bool probe_port(int port, struct target *found);

#endif
