# shellcheck shell=sh
# For the lab's own scripts: the stand-ins' functions, on a given host.

# product HOST: what the login profile and the stand-ins of that host define.
product() {
  LAB_HOST=$1
  # shellcheck source=/dev/null
  . "$LAB_HOST/lab/host.conf"
  OMS_RUN_PATH=$LAB_HOST/$OMS_RUN_PATH_VALUE
  BIGDATA_HOME=$LAB_HOST/$BIGDATA_HOME_PATH
  TMPDIR=$LAB_HOST/tmp
  export TMPDIR
  # shellcheck source=src/lab/stand-ins/common.sh
  . "$LAB_HOST/lab/common.sh"
  # shellcheck source=src/lab/stand-ins/pki.sh
  . "$LAB_HOST/lab/pki.sh"
}
