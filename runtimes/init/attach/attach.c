/*
 * Runs on the host, beside the engine, and puts folders of the host into a sandbox that runs already: what a bind mount at the
 * container's start does, with the same flags. It clones the folder's mount, makes the clone read-only, enters the sandbox's
 * mount namespace and attaches it there. Nothing propagates and nothing is left on the host (Linux 5.12: mount_setattr(2)).
 *
 * One request at a time on stdin: `<bytes>\n` and so many bytes of NUL-terminated strings: the pid of the sandbox's init, the host's
 * path of its box, and then source and target of each mount. One line answers it: `ok`, or `failed` and why. It ends when stdin does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Old C libraries know neither names nor numbers; the latter are the same on every architecture (asm-generic/unistd.h). */
#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#define CLONE_TREE 1
#define TREE_CLOEXEC O_CLOEXEC
#define FROM_EMPTY_PATH 0x4
#define TO_EMPTY_PATH 0x40
#define READ_ONLY 0x1
#define PRIVATE (1 << 18)
#define NO_MAGIC_LINKS 0x02
#define NO_SYMLINKS 0x04

struct attributes {
  uint64_t set, clear, propagation, userns_fd;
};

struct how {
  uint64_t flags, mode, resolve;
};

#define MAX_REQUEST 65536
#define MAX_MOUNTS 15
#define MAX_STRINGS (2 + 2 * MAX_MOUNTS)
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number
#define BOX_INSIDE "/run/micropush"

static char failure[256];

static bool failed(const char *what, const char *name) {
  snprintf(failure, sizeof failure, "%s %s: %s", what, name, strerror(errno));
  return false;
}

/* A mount of its own of a folder of the host's, attached nowhere yet. */
static int clone_folder(const char *source) {
  struct attributes attributes = {.set = READ_ONLY, .propagation = PRIVATE};
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, source, CLONE_TREE | TREE_CLOEXEC);
  if (tree < 0) return failed("clone", source), -1;
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
    return failed("protect", source), close(tree), -1;
  return tree;
}

static bool attach(int tree, const char *target) {
  struct how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = NO_SYMLINKS | NO_MAGIC_LINKS};
  int place = (int)syscall(SYS_openat2, AT_FDCWD, target, &how, sizeof how);
  if (place < 0) return failed("find", target);
  if (syscall(SYS_move_mount, tree, "", place, "", FROM_EMPTY_PATH | TO_EMPTY_PATH) < 0) return failed("attach", target);
  return close(place) == 0;
}

/* That the number is still this sandbox's, and counts in this pid namespace: nobody else has its box in that place. */
static bool has_box(const struct stat *box) {
  struct stat inside;
  if (stat(BOX_INSIDE, &inside) == 0 && inside.st_dev == box->st_dev && inside.st_ino == box->st_ino) return true;
  snprintf(failure, sizeof failure, "the process is not of this sandbox, or the runner does not see the host's processes");
  return false;
}

/* The process may have another root than its namespace has: gVisor's, which serves the sandbox's files, does. */
static bool enter(pid_t pid, const struct stat *box) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/root", (int)pid);
  int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (root < 0 || namespace < 0) return failed("open", path);
  if (setns(namespace, CLONE_NEWNS) < 0 || fchdir(root) < 0 || chroot(".") < 0) return failed("enter", path);
  return has_box(box);
}

/* In a process of its own, which never comes back from the sandbox. */
static bool in_sandbox(pid_t pid, const struct stat *box, int trees[], char *targets[], int count) {
  int report[2], status;
  if (pipe2(report, O_CLOEXEC) < 0) return failed("make", "a pipe");
  pid_t child = fork();
  if (child < 0) return failed("start", "a process");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool done = enter(pid, box);
    for (int i = 0; done && i < count; i++) done = attach(trees[i], targets[i]);
    if (!done && write(report[1], failure, strlen(failure)) < 0) _exit(2);
    _exit(done ? 0 : 1);
  }
  close(report[1]);
  ssize_t n = read(report[0], failure, sizeof failure - 1);
  failure[n > 0 ? n : 0] = 0;
  close(report[0]);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool serve(char *strings[], int count) {
  struct stat box;
  int trees[MAX_MOUNTS], mounts = 0;
  char *targets[MAX_MOUNTS];
  pid_t pid = atoi(strings[0]);
  if (pid < 2) return errno = EINVAL, failed("find", "the process");
  if (stat(strings[1], &box) < 0) return failed("find", strings[1]);
  bool done = true;
  for (int i = 2; done && i + 1 < count; i += 2) {
    trees[mounts] = clone_folder(strings[i]);
    targets[mounts] = strings[i + 1];
    done = trees[mounts] >= 0;
    if (done) mounts++;
  }
  done = done && in_sandbox(pid, &box, trees, targets, mounts);
  for (int i = 0; i < mounts; i++) close(trees[i]);
  return done;
}

static bool read_request(char *block, size_t *size) {
  char head[16];
  if (!fgets(head, sizeof head, stdin)) return false;
  *size = strtoul(head, NULL, 10);
  return *size > 0 && *size <= MAX_REQUEST && fread(block, 1, *size, stdin) == *size && block[*size - 1] == 0;
}

/* Gives why they are refused, or NULL: to attach only some of an app's folders would start another app. */
static const char *split(char *block, size_t size, char *strings[], int *count) {
  *count = 0;
  for (char *at = block; at < block + size; at += strlen(at) + 1) {
    if (*count == MAX_STRINGS) return "the request has more than " TEXT(MAX_MOUNTS) " folders";
    strings[(*count)++] = at;
  }
  return *count >= 2 && *count % 2 == 0 ? NULL : "the request cannot be understood";
}

int main(void) {
  static char block[MAX_REQUEST];
  size_t size;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (read_request(block, &size)) {
    char *strings[MAX_STRINGS];
    int count;
    failure[0] = 0;
    const char *refused = split(block, size, strings, &count);
    if (refused == NULL && serve(strings, count)) printf("ok\n");
    else printf("failed %s\n", refused == NULL ? failure : refused);
  }
  return 0;
}
