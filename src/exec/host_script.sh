# The verbs of HostExecutor as one POSIX shell script. It travels with each call as an argument of `sh -c`, so a
# host needs nothing of natsctl's beforehand, and looking writes nothing there. stdin belongs to the verb.
#
#   sh -c SCRIPT natsctl SUDO VERB WORD...      SUDO: "yes" puts `sudo -n` before what needs root, else "no"
#
# Answers are lines "name value" below the line "natsctl-host"; what a login shell says above it is not ours.
# Every verb may be repeated after it was cut off anywhere. Exit status: 0, or 1 with a sentence on stderr.
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
root=
[ "$1" = yes ] && root='sudo -n'
verb=$2
shift 2
echo natsctl-host

fail() { echo "$*" >&2; exit 1; }

# PID -> its start in ticks; nothing when there is none or it is a zombie. The name, in brackets, may hold anything.
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" && $1 != "X" {print $20}'; }
alive() { [ -n "$1" ] && [ -n "$2" ] && [ "$(born "$1")" = "$2" ]; }
# PID -> what it has open. A descriptor that closes meanwhile makes ls fail, with all others told.
sockets() {
  open=$(ls -l "/proc/$1/fd" 2>/dev/null)
  [ -n "$open" ] || open=$($root ls -l "/proc/$1/fd")
  [ -n "$open" ] && echo "$open"
}
program() { readlink "/proc/$1/exe" 2>/dev/null || $root readlink "/proc/$1/exe"; }
listening() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" {print $2, $10}'; }

# PORT HOST: the inode of the socket that listens there. HOST as the kernel writes it; an empty one: any will do.
listener() {
  listening | awk -v port="$(printf ':%04X' "$1")" -v host="${2-}" '
    substr($1, length($1) - 4) == port {
      if (host != "" && index($1, host ":") == 1) exact = $2
      else if ($1 ~ /^0+:/) everywhere = $2
      else if (host == "") other = $2
    }
    END { print (exact != "" ? exact : everywhere != "" ? everywhere : other) }'
}

owner() { # INODE -> the pid that has it open
  [ -n "$1" ] || return 0
  for at in /proc/[0-9]*/fd; do
    ls -l "$at" 2>/dev/null | grep -q "socket:\[$1\]" && { at=${at#/proc/}; echo "${at%/fd}"; return; }
  done
  [ -n "$root" ] || return 0
  for at in /proc/[0-9]*/fd; do
    $root ls -l "$at" 2>/dev/null | grep -q "socket:\[$1\]" && { at=${at#/proc/}; echo "${at%/fd}"; return; }
  done
}

main_pid() { # UNIT
  pid=$(systemctl show -p MainPID "$1" 2>/dev/null); pid=${pid#MainPID=}
  [ "${pid:-0}" != 0 ] && echo "$pid"
}

# DIR PORT HOST PIDFILE UNIT -> the pid of the node's server: by natsctl's record, by its unit, by its pid file when that
# process listens on the port, by the port.
find_server() {
  if [ -r "$1/server" ]; then
    read -r pid start release <"$1/server" || :
    alive "${pid-}" "${start-}" && { echo "$pid"; return; }
  fi
  [ -n "$5" ] && { main_pid "$5"; return; }
  inode=$(listener "$2" "$3")
  [ -n "$inode" ] || return 0
  if [ -n "$4" ] && [ -r "$4" ]; then
    pid=$(cat "$4")
    sockets "$pid" 2>/dev/null | grep -q "socket:\[$inode\]" && { echo "$pid"; return; }
  fi
  owner "$inode"
}

put() { # FILE MODE: stdin becomes the file, wholly or not at all, also after a power cut
  mkdir -p "$(dirname "$1")" || exit 1
  (umask 077; cat >"$1.$$.part") && chmod "$2" "$1.$$.part" && sync "$1.$$.part" && mv -f "$1.$$.part" "$1" ||
    { rm -f "$1.$$.part"; exit 1; }
}

record() { # DIR PID RELEASE
  echo "$2 $(born "$2") $3" | (put "$1/server" 600) || exit 1
}

hold_file() { echo "/run/systemd/system/$1.d/zz-natsctl-hold.conf"; }

# While it lies there the unit does not start, by whomever, and is not started again when its process ends. In /run: a
# reboot ends it. A timer ends it too, so that a natsctl that never comes back leaves no unit that cannot start.
hold() { # UNIT SECONDS
  at=$(hold_file "$1")
  timer=natsctl-unhold-${1%.service}
  [ -e "$at" ] || printf '%s\n' '# natsctl is changing this server.' '[Unit]' "ConditionPathExists=!$at" '[Service]' 'Restart=no' |
    $root install -D -m 0644 /dev/stdin "$at" || exit 1
  $root systemctl stop "$timer.timer" 2>/dev/null
  $root systemd-run --quiet --collect --unit="$timer" --on-active="$2" /bin/sh -c "rm -f $at; systemctl daemon-reload" ||
    { $root rm -f "$at"; exit 1; }
  $root systemctl daemon-reload || exit 1
}

unhold() { # UNIT
  at=$(hold_file "$1")
  [ -e "$at" ] || return 0
  $root rm -f "$at" || exit 1
  $root systemctl stop "natsctl-unhold-${1%.service}.timer" 2>/dev/null
  $root systemctl daemon-reload || exit 1
}

case $verb in
  facts) # DIR PORT HOST PIDFILE UNIT
    echo "os $(uname -s)"
    echo "arch $(uname -m)"
    at=$1
    while [ ! -e "$at" ]; do at=$(dirname "$at"); done
    [ -w "$at" ] || echo "locked yes"
    echo "free $(df -Pk "$at" | awk 'NR == 2 {print $4}')"
    at=$(readlink "$1/current") && echo "active ${at##*/}"
    at=$(readlink "$1/previous") && echo "previous ${at##*/}"
    for at in "$1"/releases/*/nats-server; do
      [ -x "$at" ] && { at=${at%/nats-server}; echo "release ${at##*/}"; }
    done
    listening | sed 's/^/listener /'
    pid=$(find_server "$@")
    start=
    [ -n "$pid" ] && start=$(born "$pid")
    if [ -n "$start" ]; then
      echo "pid $pid"
      echo "start $start"
      at=$(program "$pid") || fail "process $pid cannot be looked into"
      echo "program ${at% (deleted)}"
      tr '\n\0' ' \n' <"/proc/$pid/cmdline" | sed 's/^/argument /'
      at=$(sockets "$pid") || fail "process $pid cannot be looked into"
      echo "$at" | sed -n 's/.*socket:\[\([0-9]*\)\].*/socket \1/p'
      [ -r "$1/server" ] && echo "record $(cat "$1/server")"
    fi
    : ;;
  unit) # UNIT: what systemd says of it
    command -v systemctl >/dev/null || fail "there is no systemd"
    systemctl show -p "LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths,ExecStart,ExecStop,KillSignal,\
TimeoutStopUSec,Restart,LimitNOFILE,NeedDaemonReload,ProtectHome,User,Type" "$1" | sed 's/^/property /'
    [ -e "$(hold_file "$1")" ] && echo "held yes"
    : ;;
  size) # FILE -> how much of it is there, to go on with
    echo "bytes $([ -e "$1" ] && wc -c <"$1" || echo 0)" ;;
  digest) # FILE
    [ -e "$1" ] && echo "sha256 $(sha256sum <"$1" | cut -d' ' -f1)"
    : ;;
  append) # FILE AT: stdin goes on where FILE ends
    mkdir -p "$(dirname "$1")" || exit 1
    [ "$([ -e "$1" ] && wc -c <"$1" || echo 0)" -eq "$2" ] || fail "$1: somebody else writes it too"
    cat >>"$1" ;;
  commit) # PART FILE SHA256: the whole program takes its place
    [ -e "$1" ] || { [ -e "$2" ] && [ "$(sha256sum <"$2" | cut -d' ' -f1)" = "$3" ] && exit 0; fail "$1: it is gone"; }
    if [ "$(sha256sum <"$1" | cut -d' ' -f1)" != "$3" ]; then
      rm -f "$1"
      echo "differs yes"
      exit 0
    fi
    chmod 755 "$1" && sync "$1" && mv -f "$1" "$2" ;;
  sweep) # DIR COUNT KEPT...: COUNT releases stay, the newest ones, and those named
    dir=$1
    count=$2
    shift 2
    ls -1t "$dir/releases" 2>/dev/null | while read -r release; do
      for at in "$(readlink "$dir/current")" "$(readlink "$dir/previous")" "$@"; do
        [ "${at##*/}" = "$release" ] && continue 2
      done
      count=$((count - 1))
      [ "$count" -ge 0 ] || rm -rf "$dir/releases/${release:?}"
    done ;;
  keep) # PID START FILE: the program of a running process becomes FILE; done already: nothing
    [ -x "$3" ] && exit 0
    alive "$1" "$2" || fail "process $1 does not run any more"
    mkdir -p "$(dirname "$3")" || exit 1
    cat "/proc/$1/exe" 2>/dev/null >"$3.part" || $root cat "/proc/$1/exe" >"$3.part" || { rm -f "$3.part"; exit 1; }
    chmod 755 "$3.part" && sync "$3.part" && mv -f "$3.part" "$3" ;;
  surroundings) # DIR PID START: what a restart needs of a process beside its command
    alive "$2" "$3" || fail "process $2 does not run any more"
    { cat "/proc/$2/environ" 2>/dev/null || $root cat "/proc/$2/environ"; } | (put "$1/environ" 600) || exit 1
    { readlink "/proc/$2/cwd" 2>/dev/null || $root readlink "/proc/$2/cwd"; } | (put "$1/folder" 600) ;;
  record) # DIR PID START RELEASE
    alive "$2" "$3" || fail "process $2 does not run any more"
    record "$1" "$2" "$4" ;;
  activate) # DIR VERSION: one rename each
    [ -x "$1/releases/$2/nats-server" ] || fail "$1: release $2 is not staged"
    now=$(readlink "$1/current" || :)
    [ "$now" = "releases/$2" ] && exit 0
    if [ -n "$now" ]; then ln -sfn "$now" "$1/previous.$$" && mv -fT "$1/previous.$$" "$1/previous" || exit 1; fi
    ln -sfn "releases/$2" "$1/current.$$" && mv -fT "$1/current.$$" "$1/current" && sync "$1" ;;
  revert) # DIR
    before=$(readlink "$1/previous") || fail "$1: no release was active before the present one"
    [ -x "$1/$before/nats-server" ] || fail "$1: release ${before##*/} is not staged"
    ln -sfn "$before" "$1/current.$$" && mv -fT "$1/current.$$" "$1/current" && sync "$1" ;;
  drop-in) # UNIT: stdin is how it starts; the same already: nothing
    at=/etc/systemd/system/$1.d/50-natsctl.conf
    text=$(cat)
    [ -e "$at" ] && [ "$(cat "$at")" = "$text" ] && exit 0
    echo "$text" | $root install -D -m 0644 /dev/stdin "$at" && $root systemctl daemon-reload ;;
  start-unit) # DIR UNIT VERSION
    unhold "$2"
    $root systemctl reset-failed "$2" 2>/dev/null
    $root systemctl start "$2" || exit 1
    pid=$(main_pid "$2")
    if [ -n "$pid" ]; then start=$(born "$pid"); else start=; fi
    [ -n "$start" ] || fail "the server ended at once"
    record "$1" "$pid" "$3"
    echo "pid $pid"
    echo "start $start" ;;
  start) # DIR VERSION: stdin is a script that becomes the server
    (put "$1/start.sh" 600) || exit 1
    command -v setsid >/dev/null || fail "there is no setsid"
    setsid sh "$1/start.sh" >>"$1/server.log" 2>&1 </dev/null &
    pid=$!
    record "$1" "$pid" "$2"
    sleep 0.1
    start=$(born "$pid")
    [ -n "$start" ] || fail "the server ended at once"
    echo "pid $pid"
    echo "start $start" ;;
  start-command) # DIR VERSION PORT HOST PIDFILE COMMAND: the operator's own way
    NATSCTL_PROGRAM=$1/current/nats-server sh -c "$6" >&2 </dev/null || fail "the start command ended with status $?"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      pid=$(find_server "$1" "$3" "$4" "$5" '')
      [ -n "$pid" ] && break
      sleep 0.5
    done
    [ -n "$pid" ] || fail "10 s after the start command nothing listens on port $3"
    record "$1" "$pid" "$2"
    echo "pid $pid"
    echo "start $(born "$pid")" ;;
  signal) # NAME PID START
    alive "$2" "$3" || { echo "gone yes"; exit 0; }
    kill -s "$1" "$2" 2>/dev/null || $root kill -s "$1" "$2" || { alive "$2" "$3" || { echo "gone yes"; exit 0; }; exit 1; } ;;
  signal-unit) # NAME PID START UNIT SECONDS: to its main process, which must be that one, and nobody starts it again
    alive "$2" "$3" || { echo "gone yes"; exit 0; }
    case $1 in HUP | USR1) ;; *) hold "$4" "$5" ;; esac
    [ "$(main_pid "$4")" = "$2" ] || { echo "gone yes"; exit 0; }
    $root systemctl kill --kill-who=main --signal="SIG$1" "$4" || { alive "$2" "$3" || { echo "gone yes"; exit 0; }; exit 1; } ;;
  command) # COMMAND: the operator's own
    sh -c "$1" >&2 </dev/null || fail "'$1' ended with status $?" ;;
  runs) # PID START
    alive "$1" "$2" && echo "runs yes"
    : ;;
  log) # DIR LINES
    tail -n "$2" "$1/server.log" 2>/dev/null
    : ;;
  log-unit) # UNIT LINES: the server's own; what systemd and ExecStop say beside it only when it said nothing
    for whose in '-t nats-server -t nats-broker' ''; do
      for sudo in '' "$root"; do
        at=$($sudo journalctl -u "$1" $whose -n "$2" -o cat --no-pager -q 2>/dev/null)
        [ -z "$at" ] || { echo "$at"; exit 0; }
      done
    done ;;
  read) # FILE
    [ -e "$1" ] || $root test -e "$1" 2>/dev/null || { echo "$1: there is no such file" >&2; exit 2; }
    cat "$1" 2>/dev/null || $root cat "$1" ;;
  write) # FILE MODE
    put "$1" "$2" ;;
  swap) # LOCKFILE FILE SHA256: stdin takes the file's place, if that is still the one with this digest; "none": if there is none
    mkdir -p "$(dirname "$1")" || exit 1
    exec 9>"$1" || exit 1
    flock -w 5 9 || fail "$1: another natsctl holds it"
    now=none
    [ -e "$2" ] && now=$(sha256sum <"$2" | cut -d' ' -f1)
    [ "$now" = "$3" ] || { echo "changed yes"; exit 0; }
    text=$(cat)
    if [ -n "$text" ]; then echo "$text" | (put "$2" 644) || exit 1; else rm -f "$2"; fi ;;
  remove) # FILE
    rm -f "$1" ;;
  forget) # DIR UNIT
    if [ -n "$2" ]; then
      unhold "$2"
      at=/etc/systemd/system/$2.d/50-natsctl.conf
      if [ -e "$at" ]; then $root rm -f "$at" && $root systemctl daemon-reload || exit 1; fi
    fi
    rm -rf "$1/releases" "$1/current" "$1/previous" "$1/server" "$1/environ" "$1/folder" "$1/start.sh" "$1/server.log" \
      "$1/lock.json" "$1/lock" || exit 1
    rmdir "$1" 2>/dev/null
    : ;;
  servers) # every NATS server that runs here
    listening | sed 's/^/listener /'
    for at in /proc/[0-9]*; do
      pid=${at#/proc/}
      case $(cat "$at/comm" 2>/dev/null) in nats-server* | nats-broker*) ;; *) continue ;; esac
      [ -n "$(born "$pid")" ] || continue
      echo "server $pid"
      tr '\n\0' ' \n' <"$at/cmdline" | sed "s/^/argument.$pid /"
      sockets=$(sockets "$pid") && name=$(program "$pid") || fail "process $pid cannot be looked into"
      echo "program.$pid ${name% (deleted)}"
      echo "folder.$pid $(readlink "$at/cwd" 2>/dev/null || $root readlink "$at/cwd")"
      echo "$sockets" | sed -n "s/.*socket:\[\([0-9]*\)\].*/socket.$pid \1/p"
      unit=$(sed -n 's|.*/\([^/]*\.service\)$|\1|p' "$at/cgroup" | head -n 1)
      [ -n "$unit" ] && [ "$(main_pid "$unit")" = "$pid" ] && echo "unit.$pid $unit"
    done
    : ;;
  *) fail "no verb '$verb'" ;;
esac
