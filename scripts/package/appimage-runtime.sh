#!/bin/sh
# Stands at the beginning of an AppImage FOR TESTING, made where the runtime of the AppImage project cannot be had. It takes
# the same first arguments, and mounts nothing: it unpacks what follows it and starts that.
set -e
offset=OFFSET
self=$(readlink -f "$0")
unpack() {
  unsquashfs -quiet -no-progress -offset "$offset" -dest "$1" "$self" >/dev/null
}
case ${1:-} in
  --appimage-offset)
    echo "$offset"
    exit
    ;;
  --appimage-extract)
    unpack squashfs-root
    exit
    ;;
  --appimage-extract-and-run) shift ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unpack "$folder/app"
APPIMAGE=$self APPDIR=$folder/app "$folder/app/AppRun" "$@"
exit
