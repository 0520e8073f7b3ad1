. @HERE@/common.sh
echo replace >>"$here/ha/replaces"
if on replace-fails-before; then
  echo "[ERROR] Can not lock."
  exit 1
fi
stty -echo </dev/tty
printf 'Please input ha ssl cert password:' >/dev/tty
IFS= read -r answer </dev/tty
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$made/server.key" \
  -subj "/CN=server" -out "$made/server.csr" 2>/dev/null
if ! printf '%s\n' "$answer" | openssl x509 -req -in "$made/server.csr" -CA "$cert/root-ca.crt" \
  -CAkey "$cert/root-ca.pem" -passin stdin -days 3650 -set_serial "0x1$(openssl rand -hex 8)" \
  -out "$made/server.crt" 2>/dev/null; then
  echo "[ERROR] The password is wrong."
  exit 1
fi
cp "$made/server.crt" "$made/server.key" "$cert/"
if on replace-fails-after; then
  echo "[ERROR] Can not write."
  exit 1
fi
cp "$cert/root-ca.crt" "$local/cert/"
cat "$made/server.crt" "$made/server.key" >"$local/cert/server.pem"
printf '%s\n' "$answer" | sha256sum >"$local/hacom/conf/ha.key"
echo "[INFO] Succeed to replace ha ssl cert."
