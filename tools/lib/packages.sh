# Unpacks Debian's packages without installing them, since many of them start and enable daemons. Sourced, after `set -eu`.
#
#   unpack FOLDER FILE PACKAGE...   if FOLDER does not have that file: unpacks these packages there, and those of their
#                                   dependencies that are not installed. If that fails, it prints the reason.
#                                   FOLDER/archives/versions has a line for each package.

unpack() {
    local folder=$1 file=$2 archives=$1/archives
    shift 2
    [ ! -e "$folder/$file" ] || return 0
    mkdir -p "$archives/partial"
    (
        flock 9
        [ ! -e "$folder/$file" ] || exit 0
        echo "fetching $*" >&2
        fetch() {
            apt-get install -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 \
                -o APT::Sandbox::User=root -o Dir::Cache::archives="$archives" "$@" > "$archives/log" 2>&1
        }
        fetch "$@" || { apt-get -q update > /dev/null 2>&1 && fetch "$@"; } || { tail -n 3 "$archives/log" >&2; exit 1; }
        for package in "$archives"/*.deb; do
            dpkg -x "$package" "$folder"
            # shellcheck disable=SC2016 # dpkg's own variables
            dpkg-deb -W --showformat '${Package} ${Version}\n' "$package" >> "$archives/versions"
        done
        rm -f "$archives"/*.deb
        [ -e "$folder/$file" ] || [ -e "/$file" ] || { echo "no $file in $*" >&2; exit 1; }
    ) 9> "$archives/lock"
}
