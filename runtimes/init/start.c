#include "start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_START (2 * 1024 * 1024) /* argv and environment together; the kernel's own limit is of that size */
#define MAX_STRINGS 8192

static bool read_exactly(int fd, char *into, size_t size) {
  while (size > 0) {
    ssize_t n = read(fd, into, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    into += n;
    size -= (size_t)n;
  }
  return true;
}

/* `start <bytes>\n` or `adopt <bytes>\n`. */
static enum order read_head(int control, size_t *size) {
  char head[32];
  size_t used = 0;
  while (used + 1 < sizeof head && read_exactly(control, head + used, 1) && head[used] != '\n') used++;
  if (used + 1 >= sizeof head || head[used] != '\n') return NONE;
  head[used] = 0;
  char *end;
  enum order order = strncmp(head, "start ", 6) == 0 ? START : strncmp(head, "adopt ", 6) == 0 ? ADOPT : NONE;
  if (order == NONE) return NONE;
  *size = strtoul(head + 6, &end, 10);
  return *end == 0 && *size > 0 && *size <= MAX_START ? order : NONE;
}

static bool read_mode(const char *name, enum mode *mode) {
  const char *names[] = {"loader", "command", "cell"};
  for (int i = 0; i < 3; i++) {
    if (strcmp(name, names[i]) != 0) continue;
    *mode = (enum mode)i;
    return true;
  }
  return false;
}

/* NUL-terminated strings: mode, argc, argv…, environment…. */
static bool read_strings(int control, size_t size, struct start *into) {
  size_t count = 0;
  char *block = malloc(size);
  char **strings = calloc(MAX_STRINGS + 2, sizeof *strings);
  if (!block || !strings || !read_exactly(control, block, size) || block[size - 1] != 0) return false;
  for (char *at = block; at < block + size; at += strlen(at) + 1) {
    if (count == MAX_STRINGS) return false;
    strings[count++] = at;
  }
  if (count < 3) return false;
  if (!read_mode(strings[0], &into->mode)) return false;
  char *end;
  unsigned long argc = strtoul(strings[1], &end, 10);
  if (*end != 0 || argc < 1 || argc > count - 2) return false;

  /* argv needs a NULL behind it, so the environment moves up by one. */
  into->argv = strings + 2;
  memmove(into->argv + argc + 1, into->argv + argc, (count - 2 - argc) * sizeof *strings);
  into->argv[argc] = NULL;
  into->env = into->argv + argc + 1;
  into->env[count - 2 - argc] = NULL;
  into->block = block;
  into->size = size;
  into->port = 0;
  for (char **entry = into->env; *entry; entry++) {
    if (strncmp(*entry, "PORT=", 5) == 0) into->port = atoi(*entry + 5);
  }
  if (into->port < 1 || into->port > 65535) into->port = 0;
  return true;
}

enum order read_order(int control, struct start *into) {
  size_t size = 0;
  enum order order = read_head(control, &size);
  return order != NONE && read_strings(control, size, into) ? order : NONE;
}
