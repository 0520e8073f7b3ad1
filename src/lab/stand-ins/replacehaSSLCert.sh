#!/bin/sh
# Stands in for the vendor's replacehaSSLCert.sh (contract: Procedure, step 4).
LAB_HOST=@LAB_HOST@
# shellcheck source=src/lab/stand-ins/common.sh
. "$LAB_HOST/lab/common.sh"
# shellcheck source=src/lab/stand-ins/pki.sh
. "$LAB_HOST/lab/pki.sh"
log_call replacehaSSLCert.sh "$@"

fail() {
  echo "[ERROR] $1"
  echo "[ERROR] Failed to replace ha ssl cert."
  exit 1
}

succeed() {
  event replaces
  echo "[INFO] Succeed to replace ha ssl cert."
  after_end
  exit 0
}

after_end() {
  if switched unreachable-after-replace; then cut_off self; fi
  if switched peer-unreachable-after-replace; then cut_off peer; fi
}

renew=
for argument in "$@"; do
  case $LAYOUT:$argument in
    3x:-u) renew=1 ;;
    *) fail "Invalid parameter $argument." ;;
  esac
done

if switched unreachable-on-replace; then cut_off self; fi
if switched replace-hangs; then
  echo "[INFO] Start to replace ha ssl cert."
  hang
fi
# A caller must bound what it keeps.
if switched replace-garbage; then yes '[INFO] @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@' | head -c "${value:-100000000}"; fi
if switched replace-fails-before; then fail "Can not lock the certificate directory."; fi

tries=1
switched wrong-password-fails-at-once || tries=3
if switched replace-slow; then sleep "$value"; fi
while :; do
  ask "Please input ha ssl cert password:" || fail "No password."
  if printf '%s\n' "$answer" | openssl pkey -in "$CERTHA/root-ca.pem" -passin stdin -noout 2>/dev/null; then break; fi
  echo "[ERROR] The password is wrong."
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail "The password is wrong."
done

if switched replace-says-success-but-nothing; then succeed; fi

made=$(mktemp -d) || fail "no temporary directory."
trap 'rm -rf "$made"' EXIT
issue_server "$CERTHA" "$made" "$(subject C=CN O=FusionInsight OU=OMS CN="$LAB_NAME")" 3650 2>"$made/openssl" ||
  fail "openssl: $(tail -n 1 "$made/openssl")"

# From here on the old generation is gone file by file, as in the vendor's script: no rename, no way back.
cp "$made/server.crt" "$made/server.key" "$CERTHA/" || fail "Can not write $CERTHA."
cp "$CERTHA/root-ca.crt" "$LOCAL_CERT/" || fail "Can not write $LOCAL_CERT."
if switched replace-fails-after; then fail "Can not write $LOCAL_CERT/server.pem."; fi
cp "$made/server.pem" "$LOCAL_CERT/" || fail "Can not write $LOCAL_CERT."
if switched replace-loose-modes; then chmod 0644 "$CERTHA/server.key" "$LOCAL_CERT/server.pem"; fi
if switched replace-wrong-owner; then chown 65534 "$LOCAL_CERT/server.pem" || :; fi
if switched replace-skips-password; then succeed; fi
if [ -n "$renew" ]; then renew_cipher_key || fail "Can not renew the cipher suite."; fi
store_password || fail "Can not write $HA_CONF."
if switched replace-error-line-exit-0; then
  echo "[ERROR] Failed to synchronize the certificate to the peer."
  exit 0
fi
if switched replace-exit-1-after-success; then
  echo "[INFO] Succeed to replace ha ssl cert."
  exit 1
fi
succeed
