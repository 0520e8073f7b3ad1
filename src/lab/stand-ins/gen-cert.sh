#!/bin/sh
# Stands in for the vendor's gen-cert.sh (contract: gen-cert.sh).
LAB_HOST=@LAB_HOST@
# shellcheck source=src/lab/stand-ins/common.sh
. "$LAB_HOST/lab/common.sh"
# shellcheck source=src/lab/stand-ins/pki.sh
. "$LAB_HOST/lab/pki.sh"
log_call gen-cert.sh "$@"

fail() {
  echo "[ERROR] $1"
  echo "Generate root-ca pair failed."
  exit 1
}

root='' country='' state='' city='' company='' organize='' name='' email='' answer='' given=''
for argument in "$@"; do
  text=${argument#*=}
  case $argument in
    --root-ca) root=1 ;;
    --country=*) country=$text ;;
    --state=*) state=$text ;;
    --city=*) city=$text ;;
    --company=*) company=$text ;;
    --organize=*) organize=$text ;;
    --common-name=*) name=$text ;;
    --email=*) email=$text ;;
    --password=*) given=1 answer=$text ;;
    *) fail "Invalid parameter ${argument%%=*}." ;;
  esac
done
[ -n "$root" ] || fail "--root-ca is missing."
if [ -z "$country" ] || [ -z "$name" ]; then fail "--country or --common-name is missing."; fi

if switched gen-fails; then fail "openssl failed."; fi

key=$LOCAL_CERT/root-ca.pem
if [ "$LAYOUT" = 2x ]; then
  [ -n "$given" ] || fail "--password is missing."
else
  [ -z "$given" ] || fail "Invalid parameter --password."
  prompts=2
  if switched gen-prompts; then prompts=$value; fi
  ask "Enter pass phrase for $key:" || fail "no password."
  first=$answer
  if [ "$prompts" -ge 2 ]; then
    ask "Verifying - Enter pass phrase for $key:" || fail "no password."
    [ "$answer" = "$first" ] || fail "Verify failure."
  fi
  while [ "$prompts" -ge 3 ]; do
    ask "Enter pass phrase for $key:" || fail "no password."
    [ "$answer" = "$first" ] || fail "bad decrypt."
    prompts=$((prompts - 1))
  done
  answer=$first
fi
[ "${#answer}" -ge 8 ] || fail "The password is too short."

if switched gen-says-success-but-nothing; then
  echo "Generate root-ca pair success."
  exit 0
fi
made=$(mktemp -d) || fail "no temporary directory."
trap 'rm -rf "$made"' EXIT
trap 'exit 1' PIPE
make_root "$made" "$(subject C="$country" ST="$state" L="$city" O="$company" OU="$organize" CN="$name" \
  emailAddress="$email")" 3650 2>"$made/openssl" || fail "openssl: $(tail -n 1 "$made/openssl")"
cp "$made/root-ca.crt" "$LOCAL_CERT/" || fail "can not write $LOCAL_CERT."
if switched gen-fails-half; then fail "can not write $LOCAL_CERT/root-ca.pem."; fi
if switched gen-slow; then sleep "${value:-1}"; fi
cp "$made/root-ca.pem" "$LOCAL_CERT/" || fail "can not write $LOCAL_CERT."
echo "Generate root-ca pair success."
