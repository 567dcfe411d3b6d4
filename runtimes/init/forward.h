/* Bytes both ways between the sandbox's unix socket and a TCP port on loopback. */
#ifndef MICROPUSH_FORWARD_H
#define MICROPUSH_FORWARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

/* Whether something accepts connections on the port. */
bool forward_probe(int port);
/* Binds the unix socket and forwards from then on; -1 and errno when it cannot be bound. */
int forward_start(int epoll_fd, const char *path, int port);
/* Whether an epoll event belongs to the forwarder: its values are pointers, which are even; init's own are odd. */
bool forward_owns(uint64_t value);
void forward_event(const struct epoll_event *event);
/* Frees connections that ended; called between two rounds, when no event can refer to them any more. */
void forward_sweep(void);

#endif
