#!/bin/sh
# An OCI runtime around runsc and runc, for sandboxes that wait until there is something to run in them. To Docker such a container runs from
# its start: it is a process of runc's, in the container's own cgroup and network, that makes a sandbox of gVisor's, waits on the host for an
# order, and then brings something to life in that sandbox.
#
# Docker calls it as it calls runc: [options] <command> [options] <id> [signal]. What is between % signs is filled in when it is installed.
RUNSC='%RUNSC%'
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 077

gvisor() { "$RUNSC" %FLAGS% --root "$root" "$@"; }
# The state file is there from runsc's own create on.
state_of() { echo "$root/${1}_sandbox:$1.state"; }
is_gvisors() { [ -e "$(state_of "$1")" ]; }
# A restore that was begun ahead holds runsc's lock until it is known what it restores; nobody else does so for long.
# That flock itself fails says nothing.
is_waiting() {
  %LOCKED% "$root/${1}_sandbox:$1.lock" true 2>/dev/null
  [ $? -eq 75 ]
}

# In the waiting process. Whoever gives orders is root, as the pipe is root's alone.
await_order() {
  bundle=$1 folder=$2 root=$3 id=$4
  # The user and limits of what comes back are those of what was saved.
  gvisor --restore-spec-validation=ignore create --bundle "$bundle" "$id" || exit 71
  # Its files are served by a process of their own, in a mount namespace of its own: what is attached there now is what the app will see.
  gofer=$(sed -n 's/.*"goferPid":\([0-9]*\).*/\1/p' "$(state_of "$id")")
  tries=0
  # It is told of before it has the sandbox's files for a root.
  until [ -d "/proc/$gofer/root/run/micropush" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 1000 ] || [ ! -d "/proc/$gofer" ]; then exit 71; fi
    sleep 0.01
  done
  echo "$gofer" >"$folder/gofer"
  exec 3<>"$folder/orders"
  read -r order image <&3 || exit 70
  case $order in
  restore)
    exec 3>&-
    exec "$RUNSC" %FLAGS% --root "$root" restore --background --image-path "$image" "$id"
    ;;
  start)
    gvisor start "$id" || exit 72
    # A second order saves it, and ends it thereby.
    read -r order image <&3 || exit 70
    gvisor checkpoint --compression=none --image-path "$image" "$id"
    exit
    ;;
  esac
  exit 64
}

if [ "$1" = await ]; then
  shift
  await_order "$@"
fi

root=/run/runc command='' bundle='' log='' last='' before=''
for word; do
  case $last in
  --root) root=$word ;;
  --bundle) bundle=$word ;;
  --log) log=$word ;;
  --log-format) ;;
  *)
    case $word in
    create | kill | delete | pause | resume | exec) [ -n "$command" ] || command=$word ;;
    esac
    ;;
  esac
  before=$last last=$word
done

case $command in
create)
  %NODE% %SCRIPT% "$bundle" "$0" "$root" "$last" "$PPID" || exit 1
  ;;
kill)
  # The last words are the id and the signal.
  case $last in
  9 | KILL | SIGKILL)
    # Whatever the process does, which ends with its sandbox or waits, it holds no lock of runsc's afterwards.
    runc "$@"
    ended=$?
    if is_gvisors "$before"; then gvisor kill "$before" KILL 2>/dev/null; fi
    exit $ended
    ;;
  esac
  if is_gvisors "$before" && ! is_waiting "$before"; then
    gvisor kill "$before" "$last"
    exit
  fi
  ;;
pause | resume)
  if is_gvisors "$last" && ! is_waiting "$last"; then
    gvisor "$command" "$last"
    exit
  fi
  ;;
exec)
  # runc would look for the process where it waits: on the host.
  if is_gvisors "$last" && ! is_waiting "$last"; then exec "$RUNSC" %FLAGS% "$@"; fi
  [ -z "$log" ] || echo '{"level":"error","msg":"nothing runs in this container yet: not started"}' >>"$log"
  exit 1
  ;;
delete)
  if is_gvisors "$last"; then
    if is_waiting "$last"; then runc --root "$root" kill "$last" KILL; fi
    gvisor delete --force "$last"
  fi
  ;;
esac
exec runc "$@"
