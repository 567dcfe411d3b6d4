#define _GNU_SOURCE
#include "forward.h"
#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 2000
#define SPARE_FDS 32
#define FINISH_STEP_MS 5
#define FIRST_RETRY_MS 10
#define LAST_RETRY_MS 320

static int epoll_fd, listener = -1, open_connections, max_connections = MAX_CONNECTIONS;
static bool accepting;
static bool may_connect; /* some connection may still be connecting to the app */
static struct end listener_mark; /* only its address counts */
static struct connection *live_list, *dead_list;
static struct target target;

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void accept_more(bool wanted) {
  if (accepting == wanted) return;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener_mark};
  epoll_ctl(epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener, &event);
  accepting = wanted;
}

int forward_start(int epoll, const char *path, const struct target *app) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct rlimit files;
  epoll_fd = epoll;
  target = *app;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * MAX_CONNECTIONS + SPARE_FDS) max_connections = (int)(files.rlim_cur - SPARE_FDS) / 2;
  }
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  unlink(path);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0)
    return -1;
  accept_more(true);
  return 0;
}

bool forward_owns(uint64_t value) { return (value & 1) == 0; }

static void bury(struct connection *connection) {
  if (connection->dead) return;
  connection->dead = true;
  close(connection->client.fd);
  close(connection->app.fd);
  if (connection->next) connection->next->previous = connection->previous;
  if (connection->previous) connection->previous->next = connection->next;
  else live_list = connection->next;
  connection->next = dead_list;
  dead_list = connection;
  open_connections--;
}

/* A socket that is connected to the app, or about to be; -1 when there is none. */
static int dial(bool *connecting) {
  int fd = socket(target.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
  if (fd < 0) return -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  *connecting = connect(fd, (struct sockaddr *)&target.address, target.size) < 0;
  if (!*connecting || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

static void open_connection(int client_fd) {
  bool connecting = false;
  int app_fd = dial(&connecting);
  struct connection *connection = app_fd < 0 ? NULL : malloc(sizeof *connection);
  if (!connection) {
    if (app_fd >= 0) close(app_fd);
    close(client_fd);
    return;
  }
  /* Not zeroed as a whole, so that untouched buffer pages cost no memory. */
  struct end *ends[2] = {&connection->client, &connection->app};
  connection->dead = false;
  connection->wait_ms = FIRST_RETRY_MS;
  connection->retry_at_ms = now_ms() + FIRST_RETRY_MS;
  connection->previous = NULL;
  connection->next = live_list;
  if (live_list) live_list->previous = connection;
  live_list = connection;
  for (int i = 0; i < 2; i++) {
    ends[i]->fd = i == 0 ? client_fd : app_fd;
    ends[i]->owner = connection;
    ends[i]->other = ends[1 - i];
    ends[i]->interest = 0;
    ends[i]->connecting = i == 1 && connecting;
    ends[i]->read_closed = ends[i]->write_closed = false;
    ends[i]->from = ends[i]->to = 0;
  }
  open_connections++;
  if (connecting) may_connect = true;
  relay_watch(connection, epoll_fd);
}

/*
 * A server with a short queue of connections that wait to be accepted drops what comes on top, and the kernel asks again
 * only a second later, then three. A new socket asks at once.
 */
static void retry(struct connection *connection, long long now) {
  struct pollfd done = {.fd = connection->app.fd, .events = POLLOUT};
  if (now < connection->retry_at_ms || poll(&done, 1, 0) != 0) return;
  bool connecting = false;
  int fd = dial(&connecting);
  if (fd < 0) {
    bury(connection);
    return;
  }
  close(connection->app.fd);
  connection->app.fd = fd;
  connection->app.interest = 0;
  connection->app.connecting = connecting;
  if (connection->wait_ms < LAST_RETRY_MS) connection->wait_ms *= 2;
  connection->retry_at_ms = now + connection->wait_ms;
  if (connecting || relay_step(&connection->app, 0)) relay_watch(connection, epoll_fd);
  else bury(connection);
}

int forward_patience_ms(void) { return may_connect ? FIRST_RETRY_MS : -1; }

void forward_event(const struct epoll_event *event) {
  if (event->data.ptr == &listener_mark) {
    while (open_connections < max_connections) {
      int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      open_connection(fd);
    }
    accept_more(false);
    return;
  }
  struct end *end = event->data.ptr;
  if (end->owner->dead) return;
  if (relay_step(end, event->events)) relay_watch(end->owner, epoll_fd);
  else bury(end->owner);
}

void forward_sweep(void) {
  while (dead_list) {
    struct connection *next = dead_list->next;
    free(dead_list);
    dead_list = next;
  }
  if (may_connect) {
    may_connect = false;
    long long now = now_ms();
    for (struct connection *one = live_list, *next; one; one = next) {
      next = one->next;
      if (one->app.connecting) retry(one, now);
      if (!one->dead && one->app.connecting) may_connect = true;
    }
  }
  if (listener >= 0 && open_connections < max_connections) accept_more(true);
}

void forward_finish(int patience_ms) {
  for (int waited = 0;; waited += FINISH_STEP_MS) {
    bool waiting = false;
    for (struct connection *one = live_list; one; one = one->next) {
      if (relay_undelivered(one)) waiting = true;
    }
    if (!waiting || waited >= patience_ms) return;
    poll(NULL, 0, FINISH_STEP_MS);
  }
}
