#!/bin/sh
# first-certificates.sh FIRST_HOST SECOND_HOST: the certificates a pair begins with, made as the vendor's commands make them.
# The password comes as one line on standard input; ready keys lie in $LAB_KEYS, which makes `lab up` quick.
set -eu
umask 077
first=$1
IFS= read -r answer

# product HOST: the environment of that host, for common.sh.
product() {
  LAB_HOST=$1
  # shellcheck source=/dev/null
  . "$LAB_HOST/lab/host.conf"
  OMS_RUN_PATH=$OMS_RUN_PATH_VALUE
  BIGDATA_HOME=$LAB_HOST/opt/Bigdata
  TMPDIR=$LAB_HOST/tmp
  export TMPDIR
  # shellcheck source=src/lab/stand-ins/common.sh
  . "$LAB_HOST/lab/common.sh"
  # shellcheck source=src/lab/stand-ins/pki.sh
  . "$LAB_HOST/lab/pki.sh"
}

for host in "$@"; do
  (
    product "$host"
    if [ "$host" = "$first" ]; then
      LAB_PLAIN_KEY=$LAB_KEYS/root make_root "$CERTHA" "$(subject C=CN O=FusionInsight CN="HA root of ${LAB_NAME%?}")" 3650
      cp "$CERTHA"/root-ca.* "$LAB_HOST/lab/"
      LAB_PLAIN_KEY=$LAB_KEYS/first
    else
      cp "$first"/lab/root-ca.* "$CERTHA/"
      rm -f "$first"/lab/root-ca.*
      LAB_PLAIN_KEY=$LAB_KEYS/second
    fi
    made=$(mktemp -d)
    issue_server "$CERTHA" "$made" "$(subject C=CN O=FusionInsight OU=OMS CN="$LAB_NAME")" 3650
    cp "$made/server.crt" "$made/server.key" "$CERTHA/"
    cp "$CERTHA"/root-ca.* "$made/server.pem" "$LOCAL_CERT/"
    rm -rf "$made"
    store_password
  )
done
