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

#include "child.h"
#include "forward.h"
#include "lines.h"
#include "probe.h"
#include "start.h"

#define CONTROL_PATH "/run/micropush/ctl.sock"
#define APP_PATH "/run/micropush/app.sock"
#define MAX_LAST_READS 16
#define PROBE_MS 10
#define GRACE_MS 100 /* an accepting port counts as `imported` only when the loader stays silent for so long */
#define FINISH_MS 1000 /* for readers of what an app has written before it ended */
#define PARKED_RETRY_MS 1
#define PARKED_TRIES 120000 /* two minutes and more, of those in which somebody could have answered */

enum phase { STARTING, WAITING, ADOPTING, LOADED, IMPORTING, IMPORTED, LISTENING, SERVING };

static int epoll_fd, control = -1, child_pipe = -1;
static struct start start;
static bool failure_sent, port_open;
static bool watch_port; /* the app may listen on $PORT by itself */
static bool import_asked; /* before the loader had taken its app over */
static bool port_serves; /* it does, and the loader is not asked any more */
static bool parking; /* the app's process was told to get ready for that */
static bool parked;      /* the engine's connection is closed, and looked for until there is one again */
static bool came_back;   /* from disk, as one of perhaps many */
static int parked_tries;
static struct target port_target;
static enum phase phase = STARTING;
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

/* False, with errno, when nobody listens. */
static bool dial_control(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = CONTROL_PATH};
  struct timeval patience = {.tv_sec = 5};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  while (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    if (errno == EINTR) continue;
    int error = errno;
    close(fd);
    errno = error;
    return false;
  }
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  control = fd;
  return true;
}

static void connect_control(void) {
  if (dial_control()) return;
  dprintf(2, "init: no control socket: %s\n", strerror(errno));
  _exit(70);
}

static void begin(void) {
  int error = child_start(&start, &child_pipe);
  if (child_pipe >= 0) watch(child_pipe, EPOLLIN);
  if (error) fail("%s cannot be run: %s", start.argv[0], strerror(error));
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
  if (forward_start(epoll_fd, APP_PATH, &port_target) < 0) fail("%s cannot be made: %s", APP_PATH, strerror(errno));
  else finish("listening");
}

/* A cell's loader is there: it gets its app, or something else is started in its place. */
static bool on_engine_order(void) {
  enum order order = read_order(control, &start);
  char head[32];
  if (order == ADOPT) {
    phase = ADOPTING;
    int n = snprintf(head, sizeof head, "adopt %zu\n", start.size);
    write_all(child_pipe, head, (size_t)n);
    write_all(child_pipe, start.block, start.size);
  } else if (order == START && start.mode != CELL) {
    child_discard();
    if (child_pipe >= 0) close(child_pipe);
    child_pipe = -1;
    from_child.used = 0;
    phase = STARTING;
    if (start.mode == COMMAND) reach(LOADED, "loaded");
    else begin();
  }
  return order != NONE;
}

/*
 * The memory of all processes here is about to be put on disk, and to be brought back from there, perhaps several times. A connection whose
 * other side is on the host cannot be saved. An app that serves its port by itself has come too far: nobody could tell it that it came back.
 */
static void park(void) {
  if (start.mode == COMMAND || port_serves) {
    say("unfit");
    return;
  }
  /* The app's process readies itself, and says so. */
  parking = true;
  write_all(child_pipe, "park\n", 5);
}

static void unfit(void) {
  parking = false;
  say("unfit");
}

/* Each other process makes its random numbers from a state of its own, which would be the same in every copy: nobody could make it anew. */
static void on_parked(void) {
  if (!child_alone()) {
    unfit();
    return;
  }
  say("parked");
  parking = false;
  close(control);
  control = -1;
  parked = true;
}

/* Tries are counted, and not time: clocks go on while this is on disk, for days perhaps, and the first try after that is the one that succeeds. */
static void look_for_engine(void) {
  if (++parked_tries > PARKED_TRIES) _exit(70);
  if (!dial_control()) return;
  parked = false;
  came_back = true;
  watch(control, EPOLLIN);
  say("imported");
}

static void ask_to_listen(void) {
  const char *line = came_back ? "listen 8\nrestored" : "listen\n";
  write_all(child_pipe, line, strlen(line));
}

static void on_engine_word(const char *word) {
  if (strcmp(word, "import") == 0 && phase == ADOPTING) {
    import_asked = true;
  } else if (strcmp(word, "import") == 0 && phase == LOADED) {
    phase = IMPORTING;
    if (start.mode == COMMAND) {
      begin();
      if (!failure_sent) reach(IMPORTED, "imported");
    } else {
      write_all(child_pipe, "import\n", 7);
    }
  } else if (strcmp(word, "listen") == 0 && phase == IMPORTED) {
    phase = LISTENING;
    if (start.mode == COMMAND || port_serves) watch_port = true;
    if (start.mode == COMMAND && start.port == 0) fail("`run` needs the environment variable PORT");
    else if (!port_serves && child_pipe >= 0) ask_to_listen();
  } else if (strcmp(word, "park") == 0 && phase == IMPORTED && !parking) {
    park();
  }
}

static void on_adopted(void) {
  reach(LOADED, "adopted");
  if (import_asked) on_engine_word("import");
}

/* Only what is due is passed on; whatever else the app's process writes is dropped. */
static void on_child_word(const char *word) {
  if (port_serves || failure_sent) return;
  if (strcmp(word, "loaded") == 0 && phase == STARTING) reach(start.mode == CELL ? WAITING : LOADED, word);
  else if (strcmp(word, "adopted") == 0 && phase == ADOPTING) on_adopted();
  else if (strcmp(word, "imported") == 0 && phase == IMPORTING) reach(IMPORTED, word);
  else if (strcmp(word, "parked") == 0 && parking) on_parked();
  else if (strcmp(word, "unfit") == 0 && parking) unfit();
  else if (strcmp(word, "listening") == 0 && phase == LISTENING) reach(SERVING, word);
  /* Between loader and init only: the app exported nothing, but may listen on $PORT by itself. */
  else if (strcmp(word, "port") == 0 && phase == LISTENING && start.port != 0) watch_port = true;
  else if (strncmp(word, "failed ", 7) == 0 && phase != SERVING) {
    say(word);
    failure_sent = true;
  }
}

/* The last word of a dying process is often why it died. Whoever else holds its connection may write for ever. */
static void hear_last_words(void) {
  for (int round = 0; round < MAX_LAST_READS && child_pipe >= 0; round++) {
    char peek;
    if (recv(child_pipe, &peek, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) return;
    if (!read_lines(child_pipe, &from_child, on_child_word)) return;
  }
}

static void leave(int status) {
  hear_last_words();
  if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    fail("The app was ended by signal %d (%s) before it listened", signal, strsignal(signal));
  } else {
    const char *nothing = start.mode == COMMAND ? ": `run` must stay in the foreground and listen on $PORT"
                                             : ": it neither exports an app nor listens on $PORT";
    fail("The app ended with exit code %d before it listened%s", WEXITSTATUS(status),
         WEXITSTATUS(status) == 0 ? nothing : "");
  }
  forward_finish(FINISH_MS);
  _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void on_signal(int fd) {
  struct signalfd_siginfo info;
  while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
    int status;
    if (info.ssi_signo != SIGCHLD) {
      if (!child_started()) _exit(0);
      child_signal((int)info.ssi_signo);
    } else if (child_ended(&status)) {
      leave(status);
    }
  }
}

/* Whether the app's port is of interest now: it is being imported and may block there, or is known to serve by itself. */
static bool probing(void) {
  if (start.port == 0 || failure_sent || child_gone()) return false;
  if (phase == IMPORTING && start.mode != COMMAND) return true;
  return phase == LISTENING && watch_port;
}

static int patience_ms(void) {
  if (parked) return PARKED_RETRY_MS;
  return probing() ? PROBE_MS : forward_patience_ms();
}

static void probe(void) {
  if (!port_open) {
    if (!probe_port(start.port, &port_target)) return;
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
  else if (fd == control && !(phase == WAITING ? on_engine_order() : read_lines(control, &from_engine, on_engine_word))) {
    /* Nobody owns this sandbox any more. */
    close(control);
    control = -1;
    child_kill();
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
  if (read_order(control, &start) != START) {
    fail("The start message cannot be understood");
    return 70;
  }
  watch(control, EPOLLIN);
  if (start.mode == COMMAND) reach(LOADED, "loaded");
  else begin();
  for (;;) {
    struct epoll_event events[64];
    if (failure_sent && !child_started()) return 127;
    if (parked) look_for_engine();
    int count = epoll_wait(epoll_fd, events, 64, patience_ms());
    for (int i = 0; i < count; i++) on_event(&events[i], signals);
    forward_sweep();
    if (probing()) probe();
  }
}
