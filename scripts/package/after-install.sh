#!/bin/sh
# Runs after the package was installed, or installed over an older one. DPKG_ROOT: the root that it was installed into,
# when that is not the running system's.
set -e
root=${DPKG_ROOT:-}
app='/opt/${sanitizedProductName}'

# A command of that name that another program brought stays what it is.
put_into_path() {
  place="$root/usr/bin/$1"
  if [ -e "$place" ] || [ -L "$place" ]; then
    case $(readlink "$place") in
      *"$app/"*) ;;
      *)
        echo "Hive Console: /usr/bin/$1 belongs to another program and is left alone; ours is $app/$2" >&2
        return
        ;;
    esac
  fi
  mkdir -p "$root/usr/bin"
  ln -sfn "../..$app/$2" "$place"
}
put_into_path '${executable}' '${executable}'
put_into_path hive resources/cli/hive

# Chromium's sandbox stands on user namespaces; where the system denies them, on a helper that root owns.
if [ -L /proc/self/ns/user ] && unshare --user true 2>/dev/null; then
  chmod 0755 "$root$app/chrome-sandbox"
else
  chmod 4755 "$root$app/chrome-sandbox"
fi

if [ -z "$root" ]; then
  if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
  if command -v update-desktop-database >/dev/null; then update-desktop-database -q /usr/share/applications || true; fi
  if command -v gtk-update-icon-cache >/dev/null; then gtk-update-icon-cache -qtf /usr/share/icons/hicolor || true; fi
  # Ubuntu 24 and later deny user namespaces to programs without a profile.
  if command -v apparmor_status >/dev/null && apparmor_status --enabled 2>/dev/null; then
    profile="$app/resources/apparmor-profile"
    if apparmor_parser --skip-kernel-load --debug "$profile" >/dev/null 2>&1; then
      cp -f "$profile" '/etc/apparmor.d/${executable}'
      if ! ischroot 2>/dev/null; then
        apparmor_parser --replace --write-cache --skip-read-cache '/etc/apparmor.d/${executable}' || true
      fi
    fi
  fi
fi
