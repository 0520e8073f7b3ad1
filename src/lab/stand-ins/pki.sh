# shellcheck shell=sh
# The certificates behind the stand-ins, made by the real openssl. The password is in $answer and reaches openssl on
# standard input only: nothing here may put it into an argument, the environment or a file.
# shellcheck disable=SC2154

KEY_BITS=2048

# subject NAME=VALUE...: an openssl subject, its special characters escaped.
subject() {
  for part in "$@"; do
    [ -n "${part#*=}" ] || continue
    printf '/%s=%s' "${part%%=*}" "$(printf '%s' "${part#*=}" | sed 's/[\\/+]/\\&/g')"
  done
}

# new_key FILE: a new key encrypted with $answer; LAB_PLAIN_KEY names a ready one instead, for a quick `lab up`.
new_key() {
  if [ -n "${LAB_PLAIN_KEY:-}" ]; then
    printf '%s\n' "$answer" | openssl pkcs8 -topk8 -v2 aes-256-cbc -in "$LAB_PLAIN_KEY" -passout stdin -out "$1" || return 1
  else
    printf '%s\n' "$answer" |
      openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$KEY_BITS" -aes-256-cbc -pass stdin -out "$1" || return 1
  fi
  if switched traditional-keys; then
    printf '%s\n%s\n' "$answer" "$answer" |
      openssl rsa -aes256 -traditional -in "$1" -passin stdin -passout stdin -out "$1.traditional" &&
      cat "$1.traditional" >"$1" && rm -f "$1.traditional"
  fi
}

# new_serial: 16 random bytes, positive.
new_serial() {
  printf '0x4%s' "$(openssl rand -hex 16 | cut -c2-)"
}

# make_root DIRECTORY SUBJECT DAYS: root-ca.pem (encrypted key) and root-ca.crt.
make_root() {
  new_key "$1/root-ca.pem" || return 1
  printf '%s\n' "$answer" | openssl req -x509 -new -sha256 -key "$1/root-ca.pem" -passin stdin -subj "$2" \
    -days "$3" -set_serial "$(new_serial)" -addext basicConstraints=critical,CA:TRUE \
    -addext keyUsage=critical,keyCertSign,cRLSign -out "$1/root-ca.crt"
}

# issue_server ROOT_DIRECTORY DIRECTORY SUBJECT DAYS: server.key (encrypted), server.crt, and server.pem which holds both.
issue_server() {
  new_key "$2/server.key" || return 1
  printf '%s\n' "$answer" |
    openssl req -new -sha256 -key "$2/server.key" -passin stdin -subj "$3" -out "$2/server.csr" || return 1
  cat >"$2/server.ext" <<EXTENSIONS
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth
EXTENSIONS
  printf '%s\n' "$answer" | openssl x509 -req -sha256 -in "$2/server.csr" -CA "$1/root-ca.crt" -CAkey "$1/root-ca.pem" \
    -passin stdin -set_serial "$(new_serial)" -days "$4" -extfile "$2/server.ext" -out "$2/server.crt" || return 1
  rm -f "$2/server.csr" "$2/server.ext"
  cat "$2/server.crt" "$2/server.key" >"$2/server.pem"
}

# store_password: the key password, encrypted, into the HA configuration, which the HA process reads when it starts.
# Certificates put back without this file do not fit it (contract: rollback set).
store_password() {
  sealed=$(printf '%s' "$answer" | openssl enc -aes-256-cbc -pbkdf2 -salt -a -A -pass "file:$HA_KEY") || return 1
  sed "s|keypassword=\"[^\"]*\"|keypassword=\"$sealed\"|" "$HA_CONF" >"$HA_CONF.new" &&
    cat "$HA_CONF.new" >"$HA_CONF" && rm -f "$HA_CONF.new"
}

# renew_cipher_key: a new key for the stored password (3.x: `-u` renews the HA password cipher suite).
renew_cipher_key() {
  openssl rand -hex 32 >"$HA_KEY"
}
