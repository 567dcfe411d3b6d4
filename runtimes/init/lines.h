/* Words that come over a stream socket, one a line. */
#ifndef MICROPUSH_LINES_H
#define MICROPUSH_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_LINE (8 * 1024 + 64) /* the longest word is `failed` and 8 KB of text */

struct line_reader {
  char bytes[MAX_LINE];
  size_t used;
  bool skipping; /* inside a line that is too long to be one of ours */
};

/* Reads what is there and hands on whole lines, without control characters; false at the end of the stream. */
bool read_lines(int fd, struct line_reader *reader, void (*handle)(const char *line));

#endif
