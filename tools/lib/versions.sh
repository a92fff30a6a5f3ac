# Every PHP that is tested beside the machine's own: its name, the tool that gets it, and what that tool has to know (suites of
# Debian, or options of PHP's configure). The only such list; tools/lint checks that the README names each. Sourced.
#
#   php_names TOOL          the names of those that this tool gets; a pattern: `.` is any tool
#   php_recipe TOOL NAME    what the tool has to know; fails when it does not get this one

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
