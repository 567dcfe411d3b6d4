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

/* `start <bytes>\n`; 0 when it is anything else. */
static size_t read_size(int control) {
  char head[32];
  size_t used = 0;
  while (used + 1 < sizeof head && read_exactly(control, head + used, 1) && head[used] != '\n') used++;
  if (used + 1 >= sizeof head || head[used] != '\n') return 0;
  head[used] = 0;
  char *end;
  if (strncmp(head, "start ", 6) != 0) return 0;
  unsigned long size = strtoul(head + 6, &end, 10);
  return *end == 0 && size <= MAX_START ? size : 0;
}

/* NUL-terminated strings: mode, argc, argv…, environment…. */
bool read_start(int control, struct start *into) {
  size_t size = read_size(control), count = 0;
  if (size == 0) return false;
  char *block = malloc(size);
  char **strings = calloc(MAX_STRINGS + 2, sizeof *strings);
  if (!block || !strings || !read_exactly(control, block, size) || block[size - 1] != 0) return false;
  for (char *at = block; at < block + size; at += strlen(at) + 1) {
    if (count == MAX_STRINGS) return false;
    strings[count++] = at;
  }
  if (count < 3) return false;
  into->command_mode = strcmp(strings[0], "command") == 0;
  if (!into->command_mode && strcmp(strings[0], "loader") != 0) return false;
  char *end;
  unsigned long argc = strtoul(strings[1], &end, 10);
  if (*end != 0 || argc < 1 || argc > count - 2) return false;

  /* argv needs a NULL behind it, so the environment moves up by one. */
  into->argv = strings + 2;
  memmove(into->argv + argc + 1, into->argv + argc, (count - 2 - argc) * sizeof *strings);
  into->argv[argc] = NULL;
  into->env = into->argv + argc + 1;
  into->env[count - 2 - argc] = NULL;
  for (char **entry = into->env; *entry; entry++) {
    if (strncmp(*entry, "PORT=", 5) == 0) into->port = atoi(*entry + 5);
  }
  if (into->port < 1 || into->port > 65535) into->port = 0;
  return true;
}
