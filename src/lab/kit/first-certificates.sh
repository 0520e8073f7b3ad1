#!/bin/sh
# first-certificates.sh FIRST_HOST SECOND_HOST: the certificates a pair begins with, made as the vendor's commands make them.
# The password comes as one line on standard input; ready keys lie in $LAB_KEYS, which makes `lab up` quick.
set -eu
umask 077
first=$1
IFS= read -r answer

# shellcheck source=src/lab/kit/product.sh
. "${0%/*}/product.sh"

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
