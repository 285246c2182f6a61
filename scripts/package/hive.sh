#!/bin/sh
# The hive command of an installed Hive Console: its own Node runs it, wherever the package lies and by whatever link it
# was called.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
case $self in
  */*) folder=${self%/*} ;;
  *) folder=. ;;
esac
exec "$folder/node" "$folder/hive.cjs" "$@"
