#!/usr/bin/env bash
# The documented steps of a rotation and nothing else: no check, no backup, no way back. For comparison only.
# usage: rotate.sh SSH_CONFIG ACTIVE STANDBY    the password comes on standard input
set -euo pipefail
config=$1 active=$2 standby=$3
IFS= read -r password

# on NODE COMMAND: in a login shell, which has omm's environment.
on() { ssh -F "$config" "$1" "bash -lc $(printf %q "$2")"; }
# The scripts ask once or twice.
answered() { printf '%s\n%s\n' "$password" "$password" | on "$@"; }
address() { ssh -F "$config" -G "$1" | awk '$1 == "hostname" { print $2 }'; }

# shellcheck disable=SC2016  # the variables are the hosts' own
{
  home='$BIGDATA_HOME/om-server/om'
  subject='--country=CN --state=GD --city=SZ --company=Example --organize=OMS --common-name=HA_CA --email=oms@example.com'
  answered "$active" 'sh $OMS_RUN_PATH/workspace/ha/module/hacom/script/gen-cert.sh --root-ca '"$subject"
  on "$active" "cp -arp \$OMS_RUN_PATH/workspace0/ha/local/cert/root-ca.* $home/security/certHA"
  there=$(on "$standby" "echo $home" | tail -n 1)
  on "$active" "scp -q $home/security/certHA/root-ca.* $(address "$standby"):$there/security/certHA"
  for node in "$active" "$standby"; do
    answered "$node" "sh $home/sbin/replacehaSSLCert.sh"
    on "$node" "sh $home/sbin/restart-oms.sh"
  done
  until on "$active" "sh $home/sbin/status-oms.sh" | grep -c ' normal  *\(Actived\|Deactived\)' | grep -qx 2; do sleep 0.1; done
}
