#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static bool is_client(const struct end *end) { return end == &end->owner->client; }

/*
 * Tells epoll what this end waits for. An end that waits for nothing is taken out, because a hang-up is reported regardless;
 * that of a client is waited for as long as it has an answer to come.
 */
static void update(struct end *end, int epoll_fd) {
  uint32_t wanted = is_client(end) && !end->write_closed ? EPOLLHUP : 0;
  if (end->connecting || (end->other->to > end->other->from && !end->write_closed)) wanted |= EPOLLOUT;
  if (!end->connecting && !end->read_closed && end->to < BUFFER) wanted |= EPOLLIN;
  if (wanted == end->interest) return;
  struct epoll_event event = {.events = wanted, .data.ptr = end};
  int operation = wanted == 0 ? EPOLL_CTL_DEL : end->interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  epoll_ctl(epoll_fd, operation, end->fd, &event);
  end->interest = wanted;
}

void relay_watch(struct connection *connection, int epoll_fd) {
  update(&connection->client, epoll_fd);
  update(&connection->app, epoll_fd);
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

bool relay_step(struct end *end, uint32_t events) {
  struct connection *connection = end->owner;
  bool broken = events & EPOLLERR;
  if (is_client(end) && (broken || ((events & EPOLLHUP) && !end->write_closed))) return false;
  if (end->connecting && (broken || !connected(end))) return false;
  if (broken) app_refuses(connection);
  if (!end->read_closed && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) fill(end);
  if (!drain(end) || !drain(end->other)) return false;
  return !(connection->client.write_closed && connection->app.write_closed);
}

bool relay_undelivered(struct connection *connection) {
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
