#define _GNU_SOURCE
#include "forward.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER 16384
#define MAX_CONNECTIONS 2000
#define SPARE_FDS 32
#define RETRY_MS 5

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
};

static int epoll_fd, listener = -1, open_connections, max_connections = MAX_CONNECTIONS;
static bool accepting;
static struct end listener_mark; /* only its address counts */
static struct connection *live_list, *dead_list;
static struct target target;

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

static bool is_client(const struct end *end) { return end == &end->owner->client; }

/*
 * Tells epoll what this end waits for. An end that waits for nothing is taken out, because a hang-up is reported regardless;
 * that of a client is waited for as long as it has an answer to come.
 */
static void update(struct end *end) {
  uint32_t wanted = is_client(end) && !end->write_closed ? EPOLLHUP : 0;
  if (end->connecting || (end->other->to > end->other->from && !end->write_closed)) wanted |= EPOLLOUT;
  if (!end->connecting && !end->read_closed && end->to < BUFFER) wanted |= EPOLLIN;
  if (wanted == end->interest) return;
  struct epoll_event event = {.events = wanted, .data.ptr = end};
  int operation = wanted == 0 ? EPOLL_CTL_DEL : end->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  epoll_ctl(epoll_fd, operation, end->fd, &event);
  end->interest = wanted;
}

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

void forward_sweep(void) {
  while (dead_list) {
    struct connection *next = dead_list->next;
    free(dead_list);
    dead_list = next;
  }
  if (listener >= 0 && open_connections < max_connections) accept_more(true);
}

/* The app takes nothing more on this connection. What it has written before still belongs to its client. */
static void app_refuses(struct connection *connection) {
  connection->client.from = connection->client.to = 0;
  connection->client.read_closed = true;
  connection->app.write_closed = true;
}

/* Writes what was read from `end` to the other one; false when nobody is left to read an answer. */
static bool drain(struct end *end) {
  struct end *other = end->other;
  while (end->to > end->from && !other->connecting) {
    ssize_t n = send(other->fd, end->buffer + end->from, end->to - end->from, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n < 0 && is_client(other)) return false;
    if (n < 0) app_refuses(end->owner);
    else end->from += (size_t)n;
  }
  if (end->from == end->to) end->from = end->to = 0;
  if (end->read_closed && end->to == 0 && !other->write_closed && !other->connecting) {
    /* The half-close goes through only behind the last byte. */
    shutdown(other->fd, SHUT_WR);
    other->write_closed = true;
  }
  return true;
}

/* Reads as long as there is room and something to read. A broken connection ends like a closed one, behind its last byte. */
static void fill(struct end *end) {
  while (end->to < BUFFER) {
    ssize_t n = recv(end->fd, end->buffer + end->to, BUFFER - end->to, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      end->read_closed = true;
      return;
    }
    end->to += (size_t)n;
  }
}

static bool connected(struct end *app) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(app->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0) return false;
  app->connecting = false;
  return true;
}

/* Does what can be done now; false when the connection is over. */
static bool step(struct end *end, uint32_t events) {
  struct connection *connection = end->owner;
  bool broken = events & EPOLLERR;
  if (is_client(end) && (broken || ((events & EPOLLHUP) && !end->write_closed))) return false;
  if (end->connecting && (broken || !connected(end))) return false;
  if (broken) app_refuses(connection);
  if (!end->read_closed && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) fill(end);
  if (!drain(end) || !drain(end->other)) return false;
  return !(connection->client.write_closed && connection->app.write_closed);
}

static void open_connection(int client_fd) {
  int app_fd = socket(target.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct connection *connection = app_fd < 0 ? NULL : malloc(sizeof *connection);
  int on = 1, result = -1;
  if (connection) {
    setsockopt(app_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    result = connect(app_fd, (struct sockaddr *)&target.address, target.size);
  }
  if (!connection || (result < 0 && errno != EINPROGRESS)) {
    free(connection);
    if (app_fd >= 0) close(app_fd);
    close(client_fd);
    return;
  }
  /* Not zeroed as a whole, so that untouched buffer pages cost no memory. */
  struct end *ends[2] = {&connection->client, &connection->app};
  connection->dead = false;
  connection->previous = NULL;
  connection->next = live_list;
  if (live_list) live_list->previous = connection;
  live_list = connection;
  for (int i = 0; i < 2; i++) {
    ends[i]->fd = i == 0 ? client_fd : app_fd;
    ends[i]->owner = connection;
    ends[i]->other = ends[1 - i];
    ends[i]->interest = 0;
    ends[i]->connecting = i == 1 && result < 0;
    ends[i]->read_closed = ends[i]->write_closed = false;
    ends[i]->from = ends[i]->to = 0;
  }
  open_connections++;
  update(&connection->client);
  update(&connection->app);
}

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
  if (!step(end, event->events)) {
    bury(end->owner);
    return;
  }
  update(end);
  update(end->other);
}

/* Whether the app has written something that its client cannot take yet. */
static bool undelivered(struct connection *connection) {
  struct end *app = &connection->app;
  if (app->connecting) return false;
  for (;;) {
    if (!app->read_closed) fill(app);
    bool moved = app->to > app->from;
    if (!drain(app)) return false;
    if (app->to > app->from) return true;
    if (!moved || app->read_closed) return false;
  }
}

void forward_finish(int patience_ms) {
  for (int waited = 0;; waited += RETRY_MS) {
    bool waiting = false;
    for (struct connection *one = live_list; one; one = one->next) {
      if (undelivered(one)) waiting = true;
    }
    if (!waiting || waited >= patience_ms) return;
    poll(NULL, 0, RETRY_MS);
  }
}
