#!/bin/sh
# aged-certificates.sh DAYS FIRST_HOST SECOND_HOST: certificates a year old that end in DAYS days, for the keys that are there.
# The password comes as one line on standard input. openssl before 3.4 sets dates in its `ca` command only.
set -eu
umask 077
days=$1
first=$2
shift
IFS= read -r answer
begin=$(date -u -d '-365 days' +%Y%m%d%H%M%SZ)
end=$(date -u -d "$days days" +%Y%m%d%H%M%SZ)

# shellcheck source=src/lab/kit/product.sh
. "${0%/*}/product.sh"

# sign REQUEST CERTIFICATE EXTENSIONS OPTION...
sign() {
  request=$1 certificate=$2 extensions=$3
  shift 3
  : >"$made/index"
  cat >"$made/ca.conf" <<CONF
[ca]
default_ca = it
[it]
new_certs_dir = $made
database = $made/index
default_md = sha256
rand_serial = yes
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth,clientAuth
CONF
  printf '%s\n' "$answer" | openssl ca -config "$made/ca.conf" -batch -notext -startdate "$begin" -enddate "$end" \
    -in "$request" -out "$certificate" -extensions "$extensions" -passin stdin "$@"
}

# request KEY CERTIFICATE
request() {
  printf '%s\n' "$answer" | openssl x509 -x509toreq -in "$2" -signkey "$1" -passin stdin -out "$made/request"
}

for host in "$@"; do
  (
    product "$host"
    made=$(mktemp -d)
    if [ "$host" = "$first" ]; then
      request "$CERTHA/root-ca.pem" "$CERTHA/root-ca.crt"
      sign "$made/request" "$made/root-ca.crt" root -selfsign -keyfile "$CERTHA/root-ca.pem"
      cp "$made/root-ca.crt" "$CERTHA/"
      cp "$CERTHA"/root-ca.* "$LAB_HOST/lab/"
    else
      cp "$first"/lab/root-ca.* "$CERTHA/"
      rm -f "$first"/lab/root-ca.*
    fi
    request "$CERTHA/server.key" "$CERTHA/server.crt"
    sign "$made/request" "$made/server.crt" server -keyfile "$CERTHA/root-ca.pem" -cert "$CERTHA/root-ca.crt"
    cat "$made/server.crt" "$CERTHA/server.key" >"$made/server.pem"
    cp "$made/server.crt" "$CERTHA/"
    cp "$CERTHA"/root-ca.* "$made/server.pem" "$LOCAL_CERT/"
    rm -rf "$made"
  )
done
