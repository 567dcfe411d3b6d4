/* What the engine sends before a sandbox has anything of an app: what to run, and, to a cell, for whom. */
#ifndef MICROPUSH_START_H
#define MICROPUSH_START_H

#include <stdbool.h>
#include <stddef.h>

enum mode {
  LOADER,  /* one of our loaders, with an app */
  COMMAND, /* a command of the app's */
  CELL,    /* one of our loaders, which is told its app later */
};

/* `start` runs something; `adopt` gives an app to a loader that was started without. */
enum order { NONE, START, ADOPT };

struct start {
  enum mode mode;
  char **argv, **env; /* NULL-terminated */
  int port;           /* of $PORT in `env`; 0 when there is none that is valid */
  char *block;        /* all of it, as it came */
  size_t size;
};

/* Reads a message from the control connection and blocks for it; NONE when it cannot be understood. */
enum order read_order(int control, struct start *into);

#endif
