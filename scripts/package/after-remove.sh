#!/bin/sh
# Runs after the package was removed; also, with "upgrade", after it gave way to a newer one, which needs the links.
# Databases, settings and logs of the people who used it stay.
set -e
root=${DPKG_ROOT:-}

case ${1:-} in
  remove | purge | 0)
    rm -f "$root/usr/bin/${executable}" "$root/usr/bin/hive" "$root/etc/apparmor.d/${executable}"
    if [ -z "$root" ]; then
      if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
      if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q /usr/share/applications || true
      fi
    fi
    ;;
esac
