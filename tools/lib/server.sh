# Unpacks a database server of another Debian with all its libraries. It is not installed, and runs with its own dynamic
# linker. Sourced by tools/fetch-mysql and tools/fetch-mariadb, after `set -eu`.
#
#   fetch_server NAME SUITE PROGRAM "PACKAGE..." OPTION...   creates target/NAME/PROGRAM, which starts it with these options before
#                                                            the caller's; target/NAME/root has the packages

. "$here/tools/lib/apt-root.sh"

fetch_server() {
    local name=$1 suite=$2 program=$3 packages dir=$here/target/$1 loader libraries file version
    read -ra packages <<< "$4"
    shift 4
    # The launcher is written last: if it exists, everything else does.
    test -x "$dir/$program" && return

    mkdir -p "$dir"
    exec 9> "$dir/lock"
    flock 9
    test -x "$dir/$program" && return

    echo "fetching ${packages[*]} of Debian $suite into target/$name"
    apt_root "$dir/apt" deb "$suite"
    private apt-get install -y --download-only "${packages[@]}" > "$dir/apt/log" 2>&1 || {
        tail -n 5 "$dir/apt/log" >&2
        die "cannot fetch ${packages[*]} of Debian $suite"
    }

    rm -rf "$dir/root"
    mkdir "$dir/root"
    for deb in "$dir"/apt/cache/archives/*.deb; do
        dpkg -x "$deb" "$dir/root"
    done

    loader=$(find "$dir/root" -path '*/lib*/ld-linux*.so.*' | head -n 1)
    libraries=$(dirname "$(find "$dir/root" -name 'libc.so.6' | head -n 1)")
    for file in "$loader" "$dir/root/usr/sbin/$program"; do
        test -x "$file" || die "the packages do not hold what they should"
    done

    cat > "$dir/$program.new" <<LAUNCHER
#!/bin/sh
# Written by tools/${0##*/}. The options are those that a server outside its usual place needs;
# --no-defaults has to be the first of all.
root=\$(dirname "\$0")/root
exec "\$root${loader#"$dir/root"}" --library-path "\$root${libraries#"$dir/root"}" \\
    "\$root/usr/sbin/$program" --no-defaults --basedir="\$root/usr" --plugin-dir="\$root/usr/lib/mysql/plugin" \\
    --lc-messages-dir="\$root/usr/share/${program%d}" --character-sets-dir="\$root/usr/share/${program%d}/charsets" \\
    $* "\$@"
LAUNCHER
    chmod +x "$dir/$program.new"
    version=$("$dir/$program.new" --version) || die "the server that was fetched does not run here"
    rm -rf "$dir/apt"
    mv "$dir/$program.new" "$dir/$program"
    version=${version##*Ver }
    echo "$program ${version%% *}"
}
