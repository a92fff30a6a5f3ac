# A private apt root: it fetches packages of any Debian suite without root and without changing the system's apt. Sourced by the fetch-* scripts, after `set -eu`.
#
#   apt_root DIR deb|deb-src SUITE...   creates DIR with these suites ("system": those of this machine) and updates it
#   private apt-get|apt-cache ARG...    runs that tool in it
#
# Signatures are checked with Debian's own keyring. The age of a Release file is not checked (Check-Valid-Until), so that a
# mirror that is a snapshot of a past day works, too.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() { echo "${0##*/}: $*" >&2; exit 1; }

# Prints "URI SUITE" of each Debian source of this machine, so that its mirror is used.
debian_sources() {
    # shellcheck disable=SC2016 # apt's own variables
    "$@" indextargets --format '$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' |
        awk '$1 == "Packages" && $4 == "main" && $5 == "Debian" { print $2, $3 }' | sort -u
}

# The same, also where this machine has no package lists, which is usual in containers: they are fetched below FOLDER, to read the
# mirror's address.
machine_sources() { # FOLDER
    local sources lists=(apt-get -q -o Dir::State::lists="$1/lists" -o APT::Sandbox::User=root)
    sources=$(debian_sources apt-get)
    if [ -z "$sources" ]; then
        mkdir -p "$1/lists/partial"
        "${lists[@]}" update > "$1/log" 2>&1 || true
        sources=$(debian_sources "${lists[@]}")
        rm -rf "$1/lists"
    fi
    [ -n "$sources" ] || die "no Debian mirror: this machine's apt sources name none that can be reached"
    echo "$sources"
}

private() {
    local tool=$1
    shift
    "$tool" -q \
        -o Dir="$apt_dir" -o Dir::Etc="$apt_dir/etc/apt" -o Dir::Cache="$apt_dir/cache" \
        -o Dir::State="$apt_dir/state" -o Dir::State::lists="$apt_dir/lists" \
        -o Dir::State::status="$apt_dir/state/status" \
        -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=2 \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}

apt_root() {
    apt_dir=$1
    local type=$2 suite uri
    shift 2
    command -v apt-get > /dev/null || die "needs apt-get, which is not on this machine"
    test -r "$keyring" || die "needs $keyring (package debian-archive-keyring)"
    rm -rf "$apt_dir"
    mkdir -p "$apt_dir"/{etc/apt/{apt.conf.d,preferences.d,trusted.gpg.d},lists/partial,cache/archives/partial,state}
    : > "$apt_dir/state/status" # no package counts as installed, so every dependency is fetched

    local sources
    sources=$(machine_sources "$apt_dir")
    mkdir -p "$apt_dir/lists/partial"
    # Only the main archive has every suite, not the one for security updates.
    uri=$(awk '$2 !~ /-security/ { print $1; exit }' <<< "$sources")

    for suite in "$@"; do
        if [ "$suite" = system ]; then
            awk -v head="$type [signed-by=$keyring]" '{ print head, $1, $2, "main" }' <<< "$sources"
        else
            echo "$type [signed-by=$keyring] $uri $suite main"
        fi
    done > "$apt_dir/etc/apt/sources.list"

    private apt-get -o APT::Update::Error-Mode=any update > "$apt_dir/log" 2>&1 || {
        tail -n 5 "$apt_dir/log" >&2
        die "cannot read the package lists of $* from $uri (offline?)"
    }
}
