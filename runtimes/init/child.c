#define _GNU_SOURCE
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the images have their runtimes. The app's own PATH begins with its dependencies, which may contain any program. */
static char *runtime_search[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};

static pid_t child = -1;
static bool command_mode, gone, rest_asked;
static int stop_signal; /* the first one that asked to stop */
static int child_status, last_status;
static bool has_last; /* of the command's group, since it was asked to stop */

static void run(const struct start *start, int pipe_end, int report) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  /* An ignored signal stays so through exec, and a shell cannot undo it. */
  signal(SIGPIPE, SIG_DFL);
  /* A group of its own, so that SIGTERM reaches the command behind a shell as well. */
  if (start->mode == COMMAND) setpgid(0, 0);
  if (pipe_end == 3) fcntl(3, F_SETFD, 0);
  else if (pipe_end >= 0) dup2(pipe_end, 3);
  if (chdir("/app") == 0) {
    environ = start->mode == COMMAND ? start->env : runtime_search;
    execvpe(start->argv[0], start->argv, start->env);
  }
  int error = errno;
  if (write(report, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

int child_start(const struct start *start, int *pipe) {
  int pair[2] = {-1, -1}, report[2], error = 0;
  command_mode = start->mode == COMMAND;
  if (!command_mode && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return errno;
  /* Closed by a successful exec, so that reading it tells whether there was one. */
  if (pipe2(report, O_CLOEXEC) < 0) return errno;
  if (report[1] == 3) {
    int moved = fcntl(report[1], F_DUPFD_CLOEXEC, 4);
    close(report[1]);
    report[1] = moved;
  }
  child = fork();
  if (child < 0) return errno;
  if (child == 0) run(start, pair[1], report[1]);
  close(report[1]);
  if (pair[1] >= 0) close(pair[1]);
  while (read(report[0], &error, sizeof error) < 0 && errno == EINTR) {
  }
  close(report[0]);
  *pipe = pair[0];
  return error;
}

void child_discard(void) {
  if (child <= 0) return;
  kill(child, SIGKILL);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  child = -1;
}

bool child_started(void) { return child > 0; }

bool child_gone(void) { return gone; }

void child_signal(int signal) {
  bool stops = signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
  if (stops && stop_signal == 0) stop_signal = signal;
  if (rest_asked) kill(-1, signal);
  else if (command_mode) kill(-child, signal);
  else if (!gone) kill(child, signal);
}

static void reap(void) {
  for (;;) {
    siginfo_t info = {.si_pid = 0};
    int status;
    /* Looked at before it is reaped, while its group can still be asked for. */
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) return;
    bool in_group = getpgid(info.si_pid) == child;
    if (waitpid(info.si_pid, &status, WNOHANG) <= 0) return;
    /* One that asked to be traced by its parent is told of when it stops, too: that is no end (ptrace(2), PTRACE_TRACEME). */
    if (!WIFEXITED(status) && !WIFSIGNALED(status)) continue;
    if (info.si_pid == child) {
      gone = true;
      child_status = status;
    } else if (in_group && stop_signal != 0) {
      last_status = status;
      has_last = true;
    }
  }
}

/* Whether a command that was asked to stop has descendants that still run: its shell may have died before them. */
static bool descendants(void) {
  siginfo_t info;
  if (!command_mode || stop_signal == 0) return false;
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return false;
  if (!rest_asked && kill(-child, 0) < 0 && errno == ESRCH) {
    /* Those that left the group have heard nothing yet. */
    rest_asked = true;
    kill(-1, stop_signal);
  }
  return true;
}

bool child_ended(int *status) {
  reap();
  if (!gone || descendants()) return false;
  /* A shell that the signal killed says nothing of the app that it ran. */
  bool by_signal = stop_signal != 0 && WIFSIGNALED(child_status) && WTERMSIG(child_status) == stop_signal;
  *status = by_signal && has_last ? last_status : child_status;
  return true;
}

void child_kill(void) {
  if (child > 0) kill(child, SIGKILL);
}

bool child_alone(void) {
  DIR *processes = opendir("/proc");
  bool alone = processes != NULL;
  for (struct dirent *one; alone && (one = readdir(processes));) {
    pid_t pid = atoi(one->d_name);
    alone = pid <= 1 || pid == child;
  }
  if (processes) closedir(processes);
  return alone;
}
