/** Errno numbers of Linux (asm-generic/errno.h); the same on x86-64 and arm64. */
const ENOSYS = 38

/** clone(2): CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET, in its first argument on x86-64 and arm64. */
const NAMESPACE_FLAGS = 0x7e02_0000

/** Address families that an app needs: unix, IPv4, IPv6 (address_families(7)). Everything else, AF_VSOCK, AF_PACKET and AF_ALG above all, is refused. */
const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const NETLINK_ROUTE = 0

/** personality(2): the value that only asks. */
const PERSONALITY_QUERY = 0xffff_ffff

interface Condition {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ'
}

interface Rule {
  readonly names: readonly string[]
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'
  readonly args?: readonly Condition[]
  readonly errnoRet?: number
}

export interface SeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO'
  readonly syscalls: readonly Rule[]
}

/**
 * The system calls that a micro and a builder may make: an allow list, whatever is not in it answers EPERM. It names no architecture, so
 * only the machine's own is let in, and calls through the 32-bit entry kill the process. A call that the kernel does not know is skipped by runc.
 */
export const seccompProfile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [
    { names: Object.values(allowedCalls()).flat(), action: 'SCMP_ACT_ALLOW' },
    // Processes and threads, but no namespace: its flags must all be off.
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    // clone3 keeps its flags in memory where a filter cannot look; ENOSYS makes the C library fall back to clone.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ...[AF_UNIX, AF_INET, AF_INET6].map(socketOf),
    // The list of network interfaces is read over route netlink (getifaddrs(3)); its other protocols are doors into the kernel.
    {
      names: ['socket'],
      action: 'SCMP_ACT_ALLOW',
      args: [
        { index: 0, value: AF_NETLINK, op: 'SCMP_CMP_EQ' },
        { index: 2, value: NETLINK_ROUTE, op: 'SCMP_CMP_EQ' },
      ],
    },
    { names: ['socketpair'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: AF_UNIX, op: 'SCMP_CMP_EQ' }] },
    {
      names: ['personality'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: PERSONALITY_QUERY, op: 'SCMP_CMP_EQ' }],
    },
  ],
}

function socketOf(family: number): Rule {
  return { names: ['socket'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: family, op: 'SCMP_CMP_EQ' }] }
}

/**
 * By purpose, after the Linux manual's section 2. Left out on purpose: io_uring, keyrings, bpf, perf_event_open, userfaultfd, mounts, namespaces,
 * ptrace and its relatives, kernel modules, kexec, clocks, swap, quotas, file handles, NUMA policy, raw I/O ports, host names, the kernel's log.
 */
function allowedCalls(): Readonly<Record<string, readonly string[]>> {
  return {
    files: words(`
      open openat openat2 creat close close_range read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2
      lseek _llseek truncate ftruncate fallocate fadvise64 readahead copy_file_range sendfile splice tee vmsplice sync syncfs fsync fdatasync
      sync_file_range dup dup2 dup3 fcntl flock ioctl access faccessat faccessat2 stat lstat fstat newfstatat statx statfs fstatfs
      getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat symlink symlinkat
      readlink readlinkat chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat umask utime utimes utimensat futimesat mknod mknodat
      getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
      memfd_create cachestat`),
    memory: words(`
      brk mmap munmap mremap mprotect madvise mincore msync mlock mlock2 munlock mlockall munlockall membarrier
      pkey_alloc pkey_free pkey_mprotect process_mrelease get_mempolicy map_shadow_stack`),
    processes: words(`
      fork vfork execve execveat exit exit_group wait4 waitid getpid getppid gettid getpgid getpgrp setpgid getsid setsid kill tkill tgkill
      pidfd_open pidfd_send_signal prctl arch_prctl set_tid_address set_robust_list get_robust_list rseq set_thread_area get_thread_area
      getrlimit setrlimit prlimit64 getrusage times getpriority setpriority ioprio_get ioprio_set uname sysinfo getcpu`),
    identity: words(`
      getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid setgroups
      setfsuid setfsgid capget capset`),
    signals: words(`
      rt_sigaction rt_sigprocmask rt_sigpending rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sigaltstack
      pause alarm signalfd signalfd4 restart_syscall`),
    waiting: words(`
      poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
      eventfd eventfd2 futex futex_waitv futex_wake futex_wait futex_requeue inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
      io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents`),
    time: words(`
      nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time getitimer setitimer timer_create timer_settime timer_gettime
      timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime`),
    scheduling: words(`
      sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
      sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval`),
    sockets: words(`
      bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt shutdown sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg`),
    messages: words(`
      pipe pipe2 shmget shmat shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
      mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr`),
    limitingOneself: words(`landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp getrandom`),
  }
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
