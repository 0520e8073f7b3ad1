# What the stand-ins of a test host share. @HERE@ is the directory of the host.
here=@HERE@
: "${OMS_RUN_PATH:?}" "${BIGDATA_HOME:?}"
cert=$BIGDATA_HOME/om-0.0.1/security/certHA
local=$OMS_RUN_PATH/workspace0/ha/local

# on NAME: is this switch on? One that says "once" is off afterwards.
on() {
  [ -e "$here/switch/$1" ] || return 1
  how=
  read -r how <"$here/switch/$1" || :
  [ "$how" != once ] || rm -f "$here/switch/$1"
}
