#!/bin/sh
# An OCI runtime around runsc and runc, for sandboxes that wait until there is something to run in them. To Docker such a container runs from
# its start: it is a process of runc's, in the container's own cgroup and network, that waits on the host for an order and then becomes runsc.
# Nothing of gVisor runs while it waits.
#
# Docker calls it as it calls runc: [options] <command> [options] <id> [signal]. What is between % signs is filled in when it is installed.
RUNSC='%RUNSC%'
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 077

gvisor() { "$RUNSC" %FLAGS% --root "$root" "$@"; }
# The state file is there from runsc's own create on.
is_claimed() { [ -e "$root/${1}_sandbox:$1.state" ]; }

# In the waiting process: one order decides what it is for. Whoever gives orders is root, as the pipe is root's alone.
await_order() {
  folder=$1 root=$2 id=$3
  exec 3<>"$folder/orders"
  read -r order image <&3 || exit 70
  case $order in
  run) exec 3>&-; exec "$RUNSC" %FLAGS% --root "$root" run --bundle "$folder/bundle" "$id" ;;
  restore) exec 3>&-; exec "$RUNSC" %FLAGS% --root "$root" restore --background --bundle "$folder/bundle" --image-path "$image" "$id" ;;
  save)
    # A first order starts it, a second one saves and thereby ends it.
    gvisor run --detach --bundle "$folder/bundle" "$id" || exit 71
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

root=/run/runc command='' bundle='' last='' before=''
for word; do
  case $last in
  --root) root=$word ;;
  --bundle) bundle=$word ;;
  --log | --log-format) ;;
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
  if is_claimed "$before"; then
    gvisor kill "$before" "$last"
    ended=$?
    # The process that became runsc ends with its sandbox by itself; one that is saving would not.
    case $last in 9 | KILL | SIGKILL) ;; *) exit $ended ;; esac
  fi
  ;;
pause | resume)
  if is_claimed "$last"; then
    gvisor "$command" "$last"
    exit
  fi
  ;;
exec)
  # runc would look for the process where it waited: on the host.
  if is_claimed "$last"; then exec "$RUNSC" %FLAGS% "$@"; fi
  echo 'nothing runs in this container yet' >&2
  exit 1
  ;;
delete)
  if is_claimed "$last"; then gvisor delete --force "$last"; fi
  ;;
esac
exec runc "$@"
