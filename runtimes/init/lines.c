#define _GNU_SOURCE
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Reads what is there and hands on whole lines; false at the end of the stream. */
bool read_lines(int fd, struct line_reader *reader, void (*handle)(const char *)) {
  ssize_t n = recv(fd, reader->bytes + reader->used, sizeof reader->bytes - 1 - reader->used, MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  reader->used += (size_t)n;
  char *line = reader->bytes, *end;
  while ((end = memchr(line, '\n', reader->used - (size_t)(line - reader->bytes)))) {
    *end = 0;
    for (char *c = line; c < end; c++) {
      if ((unsigned char)*c < ' ') *c = ' ';
    }
    if (!reader->skipping) handle(line);
    reader->skipping = false;
    line = end + 1;
  }
  reader->used -= (size_t)(line - reader->bytes);
  memmove(reader->bytes, line, reader->used);
  if (reader->used == sizeof reader->bytes - 1) {
    reader->used = 0;
    reader->skipping = true;
  }
  return true;
}
