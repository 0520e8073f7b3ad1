. @HERE@/common.sh
echo restart >>"$here/ha/restarts"
while on restart-hangs; do sleep 0.1; done
if on restart-fails; then
  echo "stop HA failed."
  exit 1
fi
echo "stop HA successfully."
touch "$here/ha/down"
if on restart-fails-down; then exit 1; fi
# Two restarts within a second are told apart, too; a difference of one second alone is none.
date -d "+$((2 * $(wc -l <"$here/ha/restarts"))) seconds" '+%Y-%m-%d %H:%M:%S' >"$here/ha/start"
cat "$cert/root-ca.crt" >"$here/ha/loaded"
rm -f "$here/ha/down"
if on joins-as-standby; then echo standby >"$here/ha/role"; fi
if on restart-fails-late; then exit 1; fi
echo "start HA successfully."
