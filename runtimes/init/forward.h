/* Bytes both ways between the sandbox's unix socket and a TCP port on loopback. */
#ifndef MICROPUSH_FORWARD_H
#define MICROPUSH_FORWARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "probe.h"

/* Binds the unix socket and forwards from then on; -1 and errno when it cannot be bound. */
int forward_start(int epoll_fd, const char *path, const struct target *target);
/* Whether an epoll event belongs to the forwarder: its values are pointers, which are even; init's own are odd. */
bool forward_owns(uint64_t value);
void forward_event(const struct epoll_event *event);
/* How long the next round may wait for events: -1 is for ever. */
int forward_patience_ms(void);
/* Frees connections that ended, and asks again for those that the app has not taken; called between two rounds, when no event can refer to them any more. */
void forward_sweep(void);
/* Hands over what the app has written before it ended; waits for its readers, but no longer than so many milliseconds. */
void forward_finish(int patience_ms);

#endif
