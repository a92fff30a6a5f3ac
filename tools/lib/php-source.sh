# Fetches PHP's source from Debian. Sourced after lib/apt-root.sh.
#
#   php_source_tar VERSION DIR   fetches a release, such as 8.2.36, into DIR and prints the name of the file. If the mirror does
#                                not have it, it takes the nearest older one: within a series little changes.
#                                DIR/version has the version.

php_source_versions() { private apt-cache showsrc --only-source "$1" 2> /dev/null | awk '$1 == "Version:" { print $2 }' | sort -urV; }

php_source_tar() {
    local release=$1 dir=$2 found candidate tar
    local package=php${release%.*}
    apt_root "$dir/apt" deb-src system
    if [ -z "$(php_source_versions "$package")" ]; then
        apt_root "$dir/apt" deb-src trixie sid experimental
    fi
    found=$(php_source_versions "$package")
    [ -n "$found" ] || die "Debian has no source package $package"
    for candidate in $(grep "^${release}[-+~]" <<< "$found" || true) $found; do
        if (cd "$dir/apt" && private apt-get source --download-only --tar-only "$package=$candidate") > "$dir/apt/log" 2>&1; then
            case $candidate in
                "$release"[-+~]*) ;;
                *) echo "the mirror has no source of PHP $release: using that of $candidate" >&2 ;;
            esac
            break
        fi
    done
    tar=$(find "$dir/apt" -maxdepth 1 -name '*.orig.tar.*' ! -name '*.asc')
    [ -n "$tar" ] || { tail -n 5 "$dir/apt/log" >&2; die "cannot fetch the source package $package"; }
    echo "$candidate" > "$dir/version"
    echo "$tar"
}
