/* The app's processes: started, signalled, and waited for. */
#ifndef MICROPUSH_CHILD_H
#define MICROPUSH_CHILD_H

#include <stdbool.h>

#include "start.h"

/* Starts the app's first process; 0, or the errno of what failed. In loader mode `*pipe` is our end of its descriptor 3. */
int child_start(const struct start *start, int *pipe);
/* Ends a process that has run nothing of the app's, so that another one can be started in its place. */
void child_discard(void);
bool child_started(void);
bool child_gone(void);
/* Passes a signal on; after one that asks to stop, a command's descendants are waited for as well. */
void child_signal(int signal);
/* Reaps what has ended; true when nothing is left to wait for, and then `*status` is how the app ended, as of wait(2). */
bool child_ended(int *status);
void child_kill(void);
/* Whether no other process runs in the sandbox beside ours and the app's first one. */
bool child_alone(void);

#endif
