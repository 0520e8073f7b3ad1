. @HERE@/common.sh
if on status-fails; then
  echo "[ERROR] get HA status failed."
  exit 1
fi
pair=${here%/*}
ok=abnormal
if cmp -s "$pair/mgmt1/ha/loaded" "$pair/mgmt2/ha/loaded"; then ok=normal; fi
if on unhealthy; then ok=abnormal; fi
echo HAMode
echo double
echo NodeName HostName HAVersion StartTime HAActive HAAllResOK HARunPhase
number=10
for node in mgmt1 mgmt2; do
  number=$((number + 1))
  read -r role <"$pair/$node/ha/role"
  start=
  read -r start <"$pair/$node/ha/start" || :
  phase=Deactived
  [ "$role" != active ] || phase=Actived
  if [ -e "$pair/$node/ha/down" ]; then
    echo "192-0-2-$number $node V1 -- NULL abnormal NULL"
  else
    if on no-start-time; then start=; fi
    echo "192-0-2-$number $node V1 $start $role $ok $phase"
  fi
done
