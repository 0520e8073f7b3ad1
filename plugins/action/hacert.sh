# shellcheck shell=dash
# Copyright The hacert authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What hacert.py has a host's /bin/sh do, which reads it from standard input: it finds Java and the jar, and runs the jar.
#
# Arguments: marker, SHA-256 of the jar, state directory, wanted java ("" to look for one), mode, size of a jar
# that stands in front of the request (mode dry only), an option of the Java VM or "", and "archive" where a class
# archive may be made. What is printed before the marker is a banner of some profile and is ignored.
#
# A class archive halves the start of the Java VM. The VM itself refuses one of another jar or another Java, but dies
# of one that is cut off; therefore its hash is in its name. Both hashes are made at once. A Java without the archive of
# its own classes would not even start to make one.
mark=$1 sha=$2 dir=$3 wanted=$4 mode=$5 size=$6 compiler=$7 archive=$8
# Not what a profile may have exported by these names.
seen='' work=''
umask 077
# No core of this Java VM. What the vendor's scripts start gets back what was there, and may raise it.
HACERT_CORE=$(ulimit -S -c)
export HACERT_CORE
ulimit -S -c 0
unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH
say() { echo "$mark $*"; }
say begun
good() { [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$sha  -" ]; }
major() {
  found=0 real=$(readlink -f "$1") || return 1
  if [ -r "${real%/bin/java}/release" ]; then
    while IFS="=" read -r key value; do
      [ "$key" = JAVA_VERSION ] && found=${value#?}
    done <"${real%/bin/java}/release"
  else
    found=$("$1" -version 2>&1 </dev/null | grep " version ")
    found=${found#*\"}
  fi
  version=${found%%[!0-9.]*} found=${found%%[!0-9]*}
}
try() {
  candidate=$(command -v "$1") && [ -x "$candidate" ] || return 1
  major "$candidate"
  [ "${found:-0}" -ge 17 ] && java=$candidate && return
  seen="$seen $candidate (Java ${found:-unknown})"
  return 1
}
find_java() {
  if [ -n "$wanted" ]; then try "$wanted"; return; fi
  try java || try "$JAVA_HOME/bin/java" && return
  # A daemon that the profile starts would keep this output open: it is read to its mark, not to its end.
  # shellcheck disable=SC2016 # for the login shell to expand
  for candidate in $(timeout 30 "${SHELL:-/bin/sh}" -lc 'command -v java; echo "$JAVA_HOME/bin/java"; echo hacert:' \
    2>/dev/null </dev/null | sed '/^hacert:$/q'); do
    case $candidate in /*/java) try "$candidate" && return ;; esac
  done
  return 1
}
verified() {
  sums=$(for file in "$jar" "$dir/lib/hacert-$sha-$version-"*.jsa; do
    [ -f "$file" ] && echo "<$(sha256sum <"$file") $file>" &
  done; wait)
  classes=
  for made in "$dir/lib/hacert-$sha-$version-"*.jsa; do
    sum=${made%.jsa}
    case $sums in *"<${sum##*-}  - $made>"*) classes=-XX:SharedArchiveFile=$made ;; esac
  done
  case $sums in *"<$sha  - $jar>"*) ;; *) return 1 ;; esac
}
archivable() {
  [ "$archive" ] && "$java" -Xshare:on -XX:+UseSerialGC -XX:-UsePerfData -Xmx256m -version >/dev/null 2>&1 </dev/null
}
archived() {
  trap 'rm -f "$new"' EXIT
  trap 'exit 1' HUP INT TERM
  new=$dir/lib/new-$$.jsa
  classes=-XX:ArchiveClassesAtExit=$new
  run ""
  code=$?
  if [ -s "$new" ] && sum=$(sha256sum <"$new"); then
    rm -f "$dir/lib/hacert-$sha-"*.jsa
    mv -f "$new" "$dir/lib/hacert-$sha-$version-${sum%% *}.jsa"
  fi
  exit "$code"
}
run() {
  say run
  $1 "$java" ${compiler:+"$compiler"} ${classes:+"$classes"} \
    -Xlog:disable -Xlog:all=error:stderr -Xshare:auto -Xmx256m \
    -XX:+UseSerialGC -XX:-UsePerfData -XX:+DisableAttachMechanism -XX:-MaxFDLimit \
    -XX:-HeapDumpOnOutOfMemoryError -XX:+SuppressFatalErrorMessage -XX:-CreateCoredumpOnCrash \
    -Duser.home="$HOME" ${work:+"-Djava.io.tmpdir=$work"} -jar "$jar" execute
}
# Who can write to the state directory could put another jar there between its hash and its start, and get the
# passwords. A link may stand for it if it is this user's or root's: state is moved to other disks so.
unsafe() {
  me=$(id -u)
  for place in "$dir" "$dir/lib"; do
    why=''
    if [ -d "$place" ]; then
      link=$(stat -c %u "$place") owner=$(stat -L -c %u "$place") bits=$(stat -L -c %a "$place")
      case $bits in *[2367]? | *[2367] | '') why="can be written to by others than its owner (mode $bits)" ;; esac
      [ -L "$place" ] && [ "$link" != "$me" ] && [ "$link" != 0 ] &&
        why="is a link that belongs to user $link, and this is user $me"
      [ "$owner" != "$me" ] && why="belongs to user $owner, and this is user $me"
    elif [ -e "$place" ] || [ -L "$place" ]; then
      why='is no directory'
    fi
    if [ "$why" ]; then say state-unsafe "$place $why"; return 0; fi
  done
  return 1
}
# A person calls hacert-*.jar, so there is but one. A Java VM that runs has its own open.
only() {
  for file in "$dir"/lib/hacert-*.jar "$dir"/lib/hacert-*.jsa; do
    case $file in "$dir/lib/hacert-$sha"*) ;; *) rm -f "$file" ;; esac
  done
  # Of another node's uploads that were cut off.
  rm -rf "$dir"/lib/.hacert-*.tmp
}
cd "${HOME:?}" || exit
case $dir in /*) ;; *) dir=$HOME/$dir ;; esac
dir=${dir%/} jar=${dir%/}/lib/hacert-$sha.jar
if unsafe; then cat >/dev/null; exit; fi
case $mode in
install)
  if good "$jar"; then cat >/dev/null; only; say present; exit; fi
  # Someone else may have made it since it was looked at.
  if ! mkdir -p "$dir/lib" || unsafe || ! new=$(mktemp "$dir/lib/new-XXXXXX"); then cat >/dev/null; exit 1; fi
  trap 'rm -f "$new"' EXIT
  trap 'exit 1' HUP INT TERM
  cat >"$new" && good "$new" && mv -f "$new" "$jar" && { only; say installed; }
  exit ;;
remove)
  if [ -d "$dir/lib" ]; then
    rm -f "$dir"/lib/hacert-*.jar "$dir"/lib/hacert-*.jsa "$dir"/lib/new-* &&
      rm -rf "$dir"/lib/.hacert-*.tmp && rmdir "$dir/lib" && say removed
    rmdir "$dir" 2>/dev/null
  else say absent; fi
  exit ;;
probe)
  if good "$jar"; then say present; else say absent; fi
  exit ;;
esac
if ! find_java; then cat >/dev/null; say java-missing "$seen"; exit; fi
if [ "$mode" = run ]; then
  verified || { cat >/dev/null; say jar-missing; exit; }
  [ -z "$classes" ] && archivable && archived
  run exec
fi
work=$(mktemp -d) || { cat >/dev/null; exit 1; }
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ "$size" -gt 0 ]; then
  jar=$work/hacert.jar
  head -c "$size" >"$jar"
fi
verified || { cat >/dev/null; say jar-missing; exit; }
[ "$size" -gt 0 ] && classes=
run ""
