#!/bin/sh
# Stands in for the vendor's status-oms.sh (contract: status-oms.sh): prints what the HA process on this host knows.
LAB_HOST=@LAB_HOST@
# shellcheck source=src/lab/stand-ins/common.sh
. "$LAB_HOST/lab/common.sh"
log_call status-oms.sh "$@"

if switched status-fails; then
  echo "[ERROR] get HA status failed."
  exit 1
fi
if switched status-hangs; then
  echo "HAMode"
  hang
fi
if switched status-garbage; then
  head -c 4000 /dev/urandom
  exit 0
fi

if process_alive "$RUN/ha.pid" && [ -f "$RUN/ha.rows" ]; then
  rows=$(cat "$RUN/ha.rows")
elif switched status-error-when-down; then
  echo "[ERROR] HA is not running."
  exit 1
else
  rows=$(printf 'node\t%s\t%s\t%s\t--\tNULL\tabnormal\tNULL' "$LAB_ADDRESS" "$LAB_NAME" V100R001C01)
fi

options=
for option in single-mode two-actives alone-active no-active roles-never-settle no-start-time start-time-one-word one-table \
  header-variant coloured blank-line-absent underscore-names wide-columns capital-health unknown-values swap-rows; do
  if switched "$option"; then options="$options $option"; fi
done
behind=
if switched start-time-behind; then behind=${value:-9}; fi
printf '%s\n' "$rows" | awk -F '\t' -v options="$options " -v behind="$behind" -v me="$LAB_ADDRESS" -f "$LAB_HOST/lab/status.awk"
