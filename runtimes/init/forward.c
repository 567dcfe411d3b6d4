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
  struct connection *next_dead;
  bool dead;
};

static int epoll_fd, listener = -1, open_connections, max_connections = MAX_CONNECTIONS;
static bool accepting;
static struct end listener_mark; /* only its address counts */
static struct connection *dead_list;
static struct sockaddr_storage target;
static socklen_t target_size;

static socklen_t loopback(struct sockaddr_storage *into, int family, int port) {
  memset(into, 0, sizeof *into);
  if (family == AF_INET6) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)into;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    six->sin6_addr = in6addr_loopback;
    return sizeof *six;
  }
  struct sockaddr_in *four = (struct sockaddr_in *)into;
  four->sin_family = AF_INET;
  four->sin_port = htons((uint16_t)port);
  four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return sizeof *four;
}

static bool accepts(int family, int port) {
  struct sockaddr_storage address;
  socklen_t size = loopback(&address, family, port);
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  bool open = connect(fd, (struct sockaddr *)&address, size) == 0;
  if (!open && errno == EINPROGRESS) {
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof error;
    open = poll(&wait, 1, 50) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
  }
  close(fd);
  if (open) {
    target = address;
    target_size = size;
  }
  return open;
}

bool forward_probe(int port) { return accepts(AF_INET, port) || accepts(AF_INET6, port); }

static void accept_more(bool wanted) {
  if (accepting == wanted) return;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener_mark};
  epoll_ctl(epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener, &event);
  accepting = wanted;
}

int forward_start(int epoll, const char *path, int port) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct rlimit files;
  (void)port; /* the probe has found out under which address it answers */
  epoll_fd = epoll;
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

/* Tells epoll what this end waits for. An end that waits for nothing is taken out, because a hang-up is reported regardless. */
static void update(struct end *end) {
  uint32_t wanted = 0;
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
  connection->next_dead = dead_list;
  dead_list = connection;
  open_connections--;
}

void forward_sweep(void) {
  while (dead_list) {
    struct connection *next = dead_list->next_dead;
    free(dead_list);
    dead_list = next;
  }
  if (listener >= 0 && open_connections < max_connections) accept_more(true);
}

/* Writes what was read from `end` to the other one; false when the connection broke. */
static bool drain(struct end *end) {
  struct end *other = end->other;
  while (end->to > end->from && !other->connecting) {
    ssize_t n = send(other->fd, end->buffer + end->from, end->to - end->from, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n < 0) return false;
    end->from += (size_t)n;
  }
  if (end->from == end->to) end->from = end->to = 0;
  if (end->read_closed && end->to == 0 && !other->write_closed && !other->connecting) {
    /* The half-close goes through only behind the last byte. */
    shutdown(other->fd, SHUT_WR);
    other->write_closed = true;
  }
  return true;
}

static bool fill(struct end *end) {
  while (end->to < BUFFER) {
    ssize_t n = recv(end->fd, end->buffer + end->to, BUFFER - end->to, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    if (n == 0) {
      end->read_closed = true;
      return true;
    }
    end->to += (size_t)n;
  }
  return true;
}

static bool connected(struct end *app) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(app->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0) return false;
  app->connecting = false;
  return true;
}

static bool step(struct end *end, uint32_t events) {
  struct connection *connection = end->owner;
  if (events & EPOLLERR) return false;
  /* The client has closed both ways: nobody is left to read an answer. */
  if (end == &connection->client && (events & EPOLLHUP)) return false;
  if (end->connecting && !connected(end)) return false;
  if (!end->read_closed && !end->connecting && (events & (EPOLLIN | EPOLLHUP)) && !fill(end)) return false;
  if (!drain(end) || !drain(end->other)) return false;
  return !(connection->client.write_closed && connection->app.write_closed);
}

static void open_connection(int client_fd) {
  int app_fd = socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct connection *connection = app_fd < 0 ? NULL : malloc(sizeof *connection);
  int on = 1, result = -1;
  if (connection) {
    setsockopt(app_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    result = connect(app_fd, (struct sockaddr *)&target, target_size);
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
