#!/bin/sh
# root.sh HOST_DIRECTORY KIT: process 1 of a host, in namespaces of its own. Makes its root directory, with the machine's
# programs read-only and this host's own files, leaves the machine's, and runs sshd.
set -eu
directory=$1 kit=$2
umask 022
root=$directory/root
mount -t tmpfs -o size=16m,mode=755 lab "$root"
cd "$root"

# to SOURCE PLACE: the file or directory SOURCE of the machine is seen at PLACE.
to() {
  if [ -d "$1" ]; then
    mkdir -p ".$2"
  else
    mkdir -p ".${2%/*}"
    : >".$2"
  fi
  mount --bind "$1" ".$2"
}

# machines NAME: as on the machine, and not to be changed.
machines() {
  if [ -L "$1" ]; then
    cp -P "$1" ".$1"
  elif [ -e "$1" ]; then
    to "$1" "$1"
    mount -o remount,bind,ro ".$1"
  fi
}

for top in /bin /sbin /lib /lib32 /lib64 /libx32 /usr; do machines "$top"; done
to "$directory/etc" /etc
for part in /etc/alternatives /etc/ssl /etc/ld.so.cache /etc/java*; do machines "$part"; done
to "$directory/home" /home/omm
to "$directory/opt" /opt
to "$directory/tmp" /tmp
to "$directory/var/log" /var/log
if [ -d "$directory/pg" ]; then to "$directory/pg" /pg; fi
to "$directory/lab" /lab
to "$kit" /lab/kit
mkdir -p run/sshd var/tmp root proc dev/pts dev/shm old
ln -s ../run var/run
chmod 1777 var/tmp
chmod 700 root
for device in null zero full random urandom tty; do to "/dev/$device" "/dev/$device"; done
mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 lab dev/pts
mount -t tmpfs -o size=16m,mode=1777 lab dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec lab proc

pivot_root . old
cd /
umount -l /old
rmdir /old
cat /etc/hostname >/proc/sys/kernel/hostname
for user in operator admin guest; do
  mkdir -m 700 "/home/$user"
  chown "$user:$user" "/home/$user"
done

env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/sbin/sshd -D -E /var/log/sshd.log &
# Process 1 must not end, and takes in the orphans while it waits.
while :; do
  sleep 1000000 &
  wait
done
