# Every PHP that is tested besides the system's: its name, the tool that fetches or builds it, and that tool's arguments (suites
# of Debian, or options of PHP's configure). tools/lint checks that the README names each. Sourced.
#
#   php_names TOOL          prints the names for this tool; TOOL is a pattern, and `.` is any tool
#   php_recipe TOOL NAME    prints the tool's arguments; fails if the name is not one of this tool

php_versions='
8.4            fetch-php  trixie
8.5            fetch-php  sid experimental
8.6            fetch-php  sid experimental
8.2-zts        build-php
8.2-zts-debug  build-php  --enable-debug
'

php_names() { awk -v tool="$1" '$2 ~ tool { print $1 }' <<< "$php_versions" | paste -sd ' '; }

php_recipe() {
    # Compared as strings: as numbers 8.4 and 8.40 are the same.
    awk -v tool="$1" -v name="$2" '
        $2 == tool && $1 "" == name { $1 = $2 = ""; print; found = 1 }
        END { exit !found }' <<< "$php_versions"
}
