/*
 * PID 1 of every sandbox. It speaks with the engine over the control socket, starts the app's process, tells it when to
 * import and when to listen, and, for an app that listens on $PORT by itself, forwards between the sandbox's socket and that port.
 *
 * It is not dumpable: the app, which has the same uid, can neither open its file descriptors through /proc nor trace it,
 * so the control connection stays out of the app's reach.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "forward.h"

#define CONTROL_PATH "/run/micropush/ctl.sock"
#define APP_PATH "/run/micropush/app.sock"
#define MAX_START (2 * 1024 * 1024) /* argv and environment together; the kernel's own limit is of that size */
#define MAX_STRINGS 8192
#define MAX_LINE (8 * 1024 + 64) /* the longest word is `failed` and 8 KB of text */
#define PROBE_MS 10
#define GRACE_MS 100 /* an accepting port counts as `imported` only when the loader stays silent for so long */

enum phase { STARTING, LOADED, IMPORTING, IMPORTED, LISTENING, SERVING };

struct line_reader {
  char bytes[MAX_LINE];
  size_t used;
  bool skipping; /* inside a line that is too long to be one of ours */
};

static int epoll_fd, control = -1, child_pipe = -1;
static pid_t child = -1;
static bool command_mode, child_gone, stopping, failure_sent, port_open;
static bool watch_port; /* the app may listen on $PORT by itself */
static bool port_serves; /* it does, and the loader is not asked any more */
static int child_status, port;
static enum phase phase = STARTING;
static char **child_argv, **child_env;
static struct line_reader from_engine, from_child;
static long long port_open_since_ms;

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Writes all of it. The control connection is read at once by the engine; a peer that does not read is given up by SO_SNDTIMEO. */
static bool write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    size -= (size_t)n;
  }
  return true;
}

static void say(const char *word) {
  char line[MAX_LINE + 1];
  int n = snprintf(line, sizeof line, "%s\n", word);
  if (control >= 0 && n > 0 && (size_t)n < sizeof line) write_all(control, line, (size_t)n);
}

static void fail(const char *format, ...) {
  char text[512], line[600];
  va_list arguments;
  if (failure_sent || phase == SERVING) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  snprintf(line, sizeof line, "failed %s", text);
  say(line);
  failure_sent = true;
}

static void watch(int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)fd << 1 | 1};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void connect_control(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = CONTROL_PATH};
  struct timeval patience = {.tv_sec = 5};
  control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  while (control >= 0 && connect(control, (struct sockaddr *)&address, sizeof address) < 0) {
    if (errno == EINTR) continue;
    dprintf(2, "init: no control socket: %s\n", strerror(errno));
    _exit(70);
  }
  setsockopt(control, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

/* Blocking, for the one message that comes before anything else happens. */
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

/* `start <bytes>\n` and then NUL-terminated strings: mode, argc, argv…, environment…. */
static bool read_start(void) {
  char head[32];
  size_t used = 0;
  while (used + 1 < sizeof head && read_exactly(control, head + used, 1) && head[used] != '\n') used++;
  if (used + 1 >= sizeof head || head[used] != '\n') return false;
  head[used] = 0;
  char *end;
  if (strncmp(head, "start ", 6) != 0) return false;
  unsigned long size = strtoul(head + 6, &end, 10);
  if (*end != 0 || size < 4 || size > MAX_START) return false;

  char *block = malloc(size);
  char **strings = calloc(MAX_STRINGS + 2, sizeof *strings);
  if (!block || !strings || !read_exactly(control, block, size) || block[size - 1] != 0) return false;
  size_t count = 0;
  for (char *at = block; at < block + size; at += strlen(at) + 1) {
    if (count == MAX_STRINGS) return false;
    strings[count++] = at;
  }
  if (count < 3) return false;
  command_mode = strcmp(strings[0], "command") == 0;
  if (!command_mode && strcmp(strings[0], "loader") != 0) return false;
  unsigned long argc = strtoul(strings[1], &end, 10);
  if (*end != 0 || argc < 1 || argc > count - 2) return false;

  /* argv needs a NULL behind it, so the environment moves up by one. */
  child_argv = strings + 2;
  memmove(child_argv + argc + 1, child_argv + argc, (count - 2 - argc) * sizeof *strings);
  child_argv[argc] = NULL;
  child_env = child_argv + argc + 1;
  child_env[count - 2 - argc] = NULL;
  for (char **entry = child_env; *entry; entry++) {
    if (strncmp(*entry, "PORT=", 5) == 0) port = atoi(*entry + 5);
  }
  if (port < 1 || port > 65535) port = 0;
  return true;
}

static void run_child(int pipe_end, int report) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  /* A group of its own, so that SIGTERM reaches the command behind a shell as well. */
  if (command_mode) setpgid(0, 0);
  if (pipe_end == 3) fcntl(3, F_SETFD, 0);
  else if (pipe_end >= 0) dup2(pipe_end, 3);
  if (chdir("/app") == 0) {
    environ = child_env;
    execvp(child_argv[0], child_argv);
  }
  int error = errno;
  if (write(report, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

/* Forks the app's process; returns the errno of a failed exec, or 0. */
static int start_child(void) {
  int pair[2] = {-1, -1}, report[2];
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
  if (child == 0) run_child(pair[1], report[1]);
  close(report[1]);
  if (pair[1] >= 0) close(pair[1]);
  int error = 0;
  while (read(report[0], &error, sizeof error) < 0 && errno == EINTR) {
  }
  close(report[0]);
  child_pipe = pair[0];
  if (child_pipe >= 0) watch(child_pipe, EPOLLIN);
  return error;
}

static void begin(void) {
  int error = start_child();
  if (error) fail("%s cannot be run: %s", child_argv[0], strerror(error));
}

static void finish(const char *word) {
  say(word);
  phase = SERVING;
  close(control);
  control = -1;
  if (child_pipe >= 0) close(child_pipe);
  child_pipe = -1;
}

static void reach(enum phase next, const char *word) {
  phase = next;
  if (next == SERVING) finish(word);
  else say(word);
}

/* The app listens on $PORT: what comes to the sandbox's socket is passed on to it. */
static void serve_port(void) {
  if (child_pipe >= 0) close(child_pipe);
  child_pipe = -1;
  if (forward_start(epoll_fd, APP_PATH, port) < 0) fail("%s cannot be made: %s", APP_PATH, strerror(errno));
  else finish("listening");
}

static void on_engine_word(const char *word) {
  if (strcmp(word, "import") == 0 && phase == LOADED) {
    phase = IMPORTING;
    if (command_mode) {
      begin();
      if (!failure_sent) reach(IMPORTED, "imported");
    } else {
      write_all(child_pipe, "import\n", 7);
    }
  } else if (strcmp(word, "listen") == 0 && phase == IMPORTED) {
    phase = LISTENING;
    if (command_mode || port_serves) watch_port = true;
    if (command_mode && port == 0) fail("`run` needs the environment variable PORT");
    else if (!port_serves && child_pipe >= 0) write_all(child_pipe, "listen\n", 7);
  }
}

/* Only what is due is passed on; whatever else the app's process writes is dropped. */
static void on_child_word(const char *word) {
  if (port_serves || failure_sent) return;
  if (strcmp(word, "loaded") == 0 && phase == STARTING) reach(LOADED, word);
  else if (strcmp(word, "imported") == 0 && phase == IMPORTING) reach(IMPORTED, word);
  else if (strcmp(word, "listening") == 0 && phase == LISTENING) reach(SERVING, word);
  /* Between loader and init only: the app exported nothing, but may listen on $PORT by itself. */
  else if (strcmp(word, "port") == 0 && phase == LISTENING && port != 0) watch_port = true;
  else if (strncmp(word, "failed ", 7) == 0 && phase != SERVING) {
    say(word);
    failure_sent = true;
  }
}

/* Reads what is there and hands on whole lines; false at the end of the stream. */
static bool read_lines(int fd, struct line_reader *reader, void (*handle)(const char *)) {
  ssize_t n = recv(fd, reader->bytes + reader->used, sizeof reader->bytes - 1 - reader->used, MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  reader->used += (size_t)n;
  char *start = reader->bytes, *end;
  while ((end = memchr(start, '\n', reader->used - (size_t)(start - reader->bytes)))) {
    *end = 0;
    for (char *c = start; c < end; c++) {
      if ((unsigned char)*c < ' ') *c = ' ';
    }
    if (!reader->skipping) handle(start);
    reader->skipping = false;
    start = end + 1;
  }
  reader->used -= (size_t)(start - reader->bytes);
  memmove(reader->bytes, start, reader->used);
  if (reader->used == sizeof reader->bytes - 1) {
    reader->used = 0;
    reader->skipping = true;
  }
  return true;
}

static void reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != child) continue;
    child_gone = true;
    child_status = status;
  }
  if (!child_gone) return;
  /* A shell may die before the command that it ran; that command, which is ours now, gets to finish when it was asked to stop. */
  if (command_mode && stopping && pid == 0) return;
  while (child_pipe >= 0) {
    /* The last word of a dying process is often why it died. */
    struct line_reader *reader = &from_child;
    char peek;
    if (recv(child_pipe, &peek, 1, MSG_PEEK | MSG_DONTWAIT) <= 0 || !read_lines(child_pipe, reader, on_child_word)) break;
  }
  if (WIFSIGNALED(child_status)) {
    int signal = WTERMSIG(child_status);
    fail("The app was ended by signal %d (%s) before it listened", signal, strsignal(signal));
    _exit(128 + signal);
  }
  int code = WEXITSTATUS(child_status);
  fail("The app ended with exit code %d before it listened%s", code,
       code == 0 ? ": it neither exports an app nor listens on $PORT" : "");
  _exit(code);
}

static void stop_child(int signal) {
  stopping = true;
  if (child <= 0 || child_gone) {
    if (child <= 0) _exit(0);
    return;
  }
  kill(command_mode ? -child : child, signal);
}

static void on_signal(int fd) {
  struct signalfd_siginfo info;
  while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo == SIGCHLD) reap();
    else stop_child((int)info.ssi_signo);
  }
}

/* Whether the app's port is of interest now: it is being imported and may block there, or is known to serve by itself. */
static bool probing(void) {
  if (port == 0 || failure_sent || child_gone) return false;
  if (phase == IMPORTING && !command_mode) return true;
  return phase == LISTENING && watch_port;
}

static void probe(void) {
  if (!port_open) {
    if (!forward_probe(port)) return;
    port_open = true;
    port_open_since_ms = now_ms();
  }
  if (phase == LISTENING) {
    serve_port();
  } else if (now_ms() - port_open_since_ms >= GRACE_MS) {
    port_serves = true;
    reach(IMPORTED, "imported");
  }
}

static int open_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGQUIT);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void on_event(const struct epoll_event *event, int signals) {
  if (forward_owns(event->data.u64)) {
    forward_event(event);
    return;
  }
  int fd = (int)(event->data.u64 >> 1);
  if (fd == signals) on_signal(fd);
  else if (fd == control && !read_lines(control, &from_engine, on_engine_word)) {
    /* Nobody owns this sandbox any more. */
    close(control);
    control = -1;
    if (child > 0) kill(child, SIGKILL);
    _exit(70);
  } else if (fd == child_pipe && !read_lines(child_pipe, &from_child, on_child_word)) {
    close(child_pipe);
    child_pipe = -1;
  }
}

int main(void) {
  umask(022);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  int signals = open_signals();
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (signals < 0 || epoll_fd < 0) return 70;
  watch(signals, EPOLLIN);
  connect_control();
  say("hello");
  if (!read_start()) {
    fail("The start message cannot be understood");
    return 70;
  }
  watch(control, EPOLLIN);
  if (command_mode) reach(LOADED, "loaded");
  else begin();
  for (;;) {
    struct epoll_event events[64];
    if (failure_sent && child <= 0) return 127;
    int count = epoll_wait(epoll_fd, events, 64, probing() ? PROBE_MS : -1);
    for (int i = 0; i < count; i++) on_event(&events[i], signals);
    forward_sweep();
    if (probing()) probe();
  }
}
