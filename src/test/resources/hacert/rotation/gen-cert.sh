. @HERE@/common.sh
password='' subject=''
for argument in "$@"; do
  case $argument in
    --password=*) password=${argument#*=} ;;
    --common-name=*) subject=/CN=${argument#*=} ;;
  esac
done
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
printf '%s\n' "$password" | openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -passout stdin \
  -keyout "$made/root-ca.pem" -subj "$subject" -days 3650 -out "$made/root-ca.crt" 2>/dev/null
cp "$made/root-ca.crt" "$local/cert/"
echo 01 >"$local/cert/root-ca.srl"
if on gen-fails-half; then
  echo "[ERROR] No room."
  exit 1
fi
cp "$made/root-ca.pem" "$local/cert/"
echo "Generate root-ca pair success."
