#!/bin/sh
# Stands in for the vendor's restart-oms.sh (contract: Procedure, step 5). The Manager page is served by the HA process.
LAB_HOST=@LAB_HOST@
# shellcheck source=src/lab/stand-ins/common.sh
. "$LAB_HOST/lab/common.sh"
log_call restart-oms.sh "$@"

after_end() {
  if switched unreachable-after-restart; then cut_off self; fi
  if switched peer-unreachable-after-restart; then cut_off peer; fi
}

fail() {
  echo "[ERROR] $1"
  after_end
  exit 1
}

if switched unreachable-on-restart; then cut_off self; fi
if switched peer-unreachable-on-restart; then cut_off peer; fi
if switched restart-fails; then fail "stop HA failed."; fi
if switched restart-says-success-but-nothing; then
  echo "start HA successfully."
  exit 0
fi

event restarts
stop_ha
echo "stop HA successfully."
if switched restart-fails-down; then fail "start HA failed."; fi
if switched restart-slow; then sleep "$value"; else sleep "$RESTART_SECONDS"; fi
while switched restart-held; do sleep 0.2; done

hold=
if switched restart-holds-stdout; then hold=hold; fi
if switched restart-hangs-holding-output; then
  start_ha hold || fail "start HA failed."
  echo "start HA successfully."
  hang
fi
start_ha $hold || fail "start HA failed."
if switched restart-says-failure; then fail "start HA failed."; fi
if switched restart-says-nothing; then exit 0; fi
echo "start HA successfully."
after_end
