# shellcheck shell=sh
# What all stand-ins share: where this host is, failure switches, prompts, the HA process.
# They need the login profile's OMS_RUN_PATH and BIGDATA_HOME, and its umask, as the vendor's scripts do (contract: Layouts).
# The variables set here are read by the scripts that source this file.
# shellcheck disable=SC2034

: "${LAB_HOST?}"
# shellcheck source=/dev/null
. "$LAB_HOST/lab/host.conf"
RUN=$LAB_HOST/lab/run
LOG=$LAB_HOST/var/log

if [ -z "${OMS_RUN_PATH:-}" ] || [ -z "${BIGDATA_HOME:-}" ]; then
  echo "[ERROR] OMS_RUN_PATH or BIGDATA_HOME is not set."
  exit 1
fi
case $LAYOUT in
  2x) OM_HOME=$BIGDATA_HOME/om-0.0.1 ;;
  3x) OM_HOME=$BIGDATA_HOME/om-server/om ;;
esac
CERTHA=$OM_HOME/security/certHA
LOCAL_CERT=$OMS_RUN_PATH/workspace0/ha/local/cert
HA_CONF=$OMS_RUN_PATH/workspace0/ha/module/hacom/conf/hacom.xml
HA_KEY=$OMS_RUN_PATH/workspace0/ha/local/hacom/conf/ha.key

# count NAME: how often the event NAME (a line each in a file) has happened on this host.
count() {
  if [ -f "$RUN/$1" ]; then wc -l <"$RUN/$1"; else echo 0; fi
}

event() {
  date '+%Y-%m-%dT%H:%M:%S.%N' >>"$RUN/$1"
}

# log_call NAME ARGUMENT...: the vendor commands as called, for tests; never a password.
log_call() {
  {
    date '+%Y-%m-%dT%H:%M:%S.%N' | tr '\n' ' '
    for word in "$@"; do
      case $word in
        --password=*) printf ' %s' '--password=***' ;;
        *) printf ' %s' "$word" ;;
      esac
    done
    echo
  } >>"$RUN/calls"
}

# switched NAME: is this switch on, here and now? Leaves its value, without the condition words, in $value.
switched() {
  value=
  for place in switches variant; do
    switch_file=$LAB_HOST/lab/$place/$1
    [ -f "$switch_file" ] || continue
    switch_once='' switch_value=''
    IFS= read -r words <"$switch_file" || :
    set -f
    for word in $words; do
      case $word in
        once) switch_once=1 ;;
        after-restart=*) [ "$(count restarts)" -gt "${word#*=}" ] || continue 2 ;;
        after-replace=*) [ "$(count replaces)" -gt "${word#*=}" ] || continue 2 ;;
        *) switch_value="$switch_value${switch_value:+ }$word" ;;
      esac
    done
    set +f
    [ -z "$switch_once" ] || rm -f "$switch_file"
    value=$switch_value
    return 0
  done
  set +f
  return 1
}

# cut_off self|peer: that host can't be reached any more; what runs on it runs on (FACTS: a cut connection stops nothing).
cut_off() {
  # On a real host sshd would still take what is written after a cut.
  trap '' PIPE
  case $1 in
    self) /usr/bin/python3 -B "$LAB_KIT/processes.py" cut "$LAB_HOST" ;;
    peer) /usr/bin/python3 -B "$LAB_KIT/processes.py" cut "$PEER_HOST" ;;
  esac
}

hang() {
  exec sleep 1000000
}

# ask PROMPT: one answer into $answer, from the terminal (default) or standard input (switch prompt-stdin).
ask() {
  if switched prompt-stdin; then
    printf '%s' "$1"
    IFS= read -r answer || return 1
    echo
    return 0
  fi
  if ! (exec </dev/tty) 2>/dev/null; then
    echo "[ERROR] can not open /dev/tty."
    return 1
  fi
  asked_echo=
  switched prompt-echo && asked_echo=1
  # Before or after the prompt: both orders are seen in the field, and only one of them is kind to a caller who types at the prompt.
  if [ -z "$asked_echo" ] && ! switched prompt-late-echo-off; then stty -echo </dev/tty; fi
  printf '%s' "$1" >/dev/tty
  if [ -z "$asked_echo" ] && switched prompt-late-echo-off; then stty -echo </dev/tty; fi
  asked=0
  IFS= read -r answer </dev/tty || asked=1
  if [ -z "$asked_echo" ]; then
    stty echo </dev/tty
    echo >/dev/tty
  fi
  if switched prompt-eats-input; then
    timeout 0.2 cat </dev/tty >/dev/null 2>&1 || :
  fi
  return "$asked"
}

# process_alive FILE: is the process whose pid and start time FILE records still there, and no zombie?
process_alive() {
  [ -f "$1" ] || return 1
  read -r alive_pid alive_start <"$1" || return 1
  alive_stat=$(cat "/proc/$alive_pid/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086 # the fields after the command's name, which may contain blanks
  set -- ${alive_stat##*) }
  [ "$1" != Z ] && [ "${20}" = "$alive_start" ]
}

stop_ha() {
  if process_alive "$RUN/ha.pid"; then
    kill "$alive_pid"
    tries=0
    while process_alive "$RUN/ha.pid"; do
      tries=$((tries + 1))
      if [ "$tries" -gt 60 ]; then kill -KILL "$alive_pid"; fi
      sleep 0.05
    done
  fi
  rm -f "$RUN/ha.pid" "$RUN/ha.rows" "$RUN/ha.json"
}

# start_ha [hold]: starts the HA process and waits until it serves or has failed. With `hold`
# it keeps our standard output open, as some daemons do (contract: Files, logs, alarms).
start_ha() {
  rm -f "$RUN/ha.failed"
  mkdir -p "$LOG"
  if [ "${1:-}" = hold ]; then
    (cd / && exec setsid /usr/bin/python3 -B "$LAB_KIT/ha.py" "$LAB_HOST" </dev/null 2>>"$LOG/ha.log") &
  else
    (cd / && exec setsid /usr/bin/python3 -B "$LAB_KIT/ha.py" "$LAB_HOST" </dev/null >>"$LOG/ha.log" 2>&1) &
  fi
  tries=0
  while [ "$tries" -lt 300 ]; do
    if [ -f "$RUN/ha.failed" ]; then return 1; fi
    if process_alive "$RUN/ha.pid"; then return 0; fi
    tries=$((tries + 1))
    sleep 0.05
  done
  return 1
}
