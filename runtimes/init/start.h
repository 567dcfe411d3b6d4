/* The engine's first message: what to run. */
#ifndef MICROPUSH_START_H
#define MICROPUSH_START_H

#include <stdbool.h>

struct start {
  bool command_mode;
  char **argv, **env; /* NULL-terminated */
  int port;           /* of $PORT in `env`; 0 when there is none that is valid */
};

/* Reads the message from the control connection and blocks for it; false when it cannot be understood. */
bool read_start(int control, struct start *into);

#endif
