/* One forwarded connection: a client's end and the app's, and the bytes between them. */
#ifndef MICROPUSH_RELAY_H
#define MICROPUSH_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUFFER 16384

/*
 * One end of a forwarded connection. `buffer` holds what was read from this end and not yet written to the other one; it is
 * read again only when it has room, so a slow reader slows its writer down and never fills memory.
 */
struct end {
  int fd;
  struct connection *owner;
  struct end *other;
  uint32_t interest; /* what epoll was told; 0 means that it does not know this fd */
  bool connecting, read_closed, write_closed;
  size_t from, to;
  char buffer[BUFFER];
};

struct connection {
  struct end client, app;
  struct connection *next, *previous; /* of those that live; `next` of those that are dead */
  bool dead;
  long long retry_at_ms; /* while the app's end is connecting */
  int wait_ms;
};

/* Does what can be done now at this end, for which epoll told these events; false when the connection is over. */
bool relay_step(struct end *end, uint32_t events);
/* Tells epoll what both ends wait for. */
void relay_watch(struct connection *connection, int epoll_fd);
/* Moves what the app has written to its client; whether there is more than the client takes now. */
bool relay_undelivered(struct connection *connection);

#endif
