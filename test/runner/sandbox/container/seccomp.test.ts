import { describe, expect, test } from 'vitest'
import { seccompProfile } from '../../../../runner/sandbox/container/seccomp.ts'

const { syscalls } = seccompProfile
const unconditional = syscalls.filter(({ action, args }) => action === 'SCMP_ACT_ALLOW' && args === undefined)
const allowed = new Set(unconditional.flatMap(({ names }) => names))
const rulesOf = (name: string) => syscalls.filter(({ names }) => names.includes(name))

const closed = `
  io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key bpf perf_event_open userfaultfd mount umount2
  move_mount open_tree fsopen fsmount mount_setattr pivot_root chroot unshare setns ptrace kexec_load kexec_file_load
  init_module finit_module delete_module quotactl acct swapon swapoff reboot open_by_handle_at name_to_handle_at
  process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp syslog iopl ioperm modify_ldt settimeofday
  clock_settime clock_adjtime adjtimex sethostname setdomainname fanotify_init lookup_dcookie mbind move_pages
  migrate_pages set_mempolicy vhangup memfd_secret uselib nfsservctl _sysctl`
  .trim()
  .split(/\s+/)

describe('the seccomp profile', () => {
  test('refuses what it does not name', () => {
    expect(seccompProfile.defaultAction).toBe('SCMP_ACT_ERRNO')
  })

  test.each(closed)('does not know %s', (name) => {
    expect(rulesOf(name)).toEqual([])
  })

  test.each(['clone', 'clone3', 'socket', 'socketpair', 'personality'])('allows %s under conditions only', (name) => {
    expect(allowed.has(name)).toBe(false)
    expect(rulesOf(name).length).toBeGreaterThan(0)
  })

  test('answers clone3 as a kernel without it would', () => {
    expect(rulesOf('clone3')).toEqual([{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }])
  })

  test('names no call twice', () => {
    const names = unconditional.flatMap((rule) => rule.names)
    expect(names.length).toBe(allowed.size)
  })
})
