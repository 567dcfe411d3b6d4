#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 50

static struct target loopback(int family, int port) {
  struct target target;
  memset(&target, 0, sizeof target);
  if (family == AF_INET6) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&target.address;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    six->sin6_addr = in6addr_loopback;
    target.size = sizeof *six;
  } else {
    struct sockaddr_in *four = (struct sockaddr_in *)&target.address;
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    target.size = sizeof *four;
  }
  return target;
}

static bool accepts(int family, int port, struct target *found) {
  struct target target = loopback(family, port);
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  bool open = connect(fd, (struct sockaddr *)&target.address, target.size) == 0;
  if (!open && errno == EINPROGRESS) {
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof error;
    open = poll(&wait, 1, PATIENCE_MS) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
  }
  close(fd);
  if (open) *found = target;
  return open;
}

bool probe_port(int port, struct target *found) {
  return accepts(AF_INET, port, found) || accepts(AF_INET6, port, found);
}
