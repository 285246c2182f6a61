#!/bin/sh
# Runs after the package was removed; also, with "upgrade" or 1, after it gave way to a newer one, which needs the links.
# Databases, settings and logs of the people who used it stay.
set -e
root=${DPKG_ROOT:-}
app='/opt/${sanitizedProductName}'

case ${1:-} in
  remove | purge | 0)
    for name in '${executable}' hive; do
      case $(readlink "$root/usr/bin/$name") in
        *"$app/"*) rm -f "$root/usr/bin/$name" ;;
      esac
    done
    rm -f "$root/etc/apparmor.d/${executable}"
    if [ -z "$root" ]; then
      if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
      if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q /usr/share/applications || true
      fi
    fi
    ;;
esac
