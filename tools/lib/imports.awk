# Prints "FROM TO" for each file below src/ that uses names of another one. Called by tools/lint with all of them, but for tests.
#
# A declaration (mod) and a re-export (pub use) do not count. What stands behind #[cfg(test)] is left out.

function module(file) {
    gsub(/^src\/|\.rs$/, "", file)
    sub(/(^|\/)mod$/, "", file)
    gsub("/", "::", file)
    return file == "" || file == "lib" ? "crate" : "crate::" file
}

function parent(path) {
    return sub(/::[^:]*$/, "", path) ? path : ""
}

# a::{b, c::{d, e}} becomes a::b, a::c::d, a::c::e.
function flat(text,    group, prefix, names, count, i, all) {
    while (match(text, /[A-Za-z0-9_:]*\{[^{}]*\}/)) {
        group = substr(text, RSTART, RLENGTH)
        prefix = substr(group, 1, index(group, "{") - 1)
        count = split(substr(group, length(prefix) + 2, length(group) - length(prefix) - 2), names, ",")
        all = ""
        for (i = 1; i <= count; i++) {
            gsub(/ /, "", names[i])
            all = all " " prefix names[i] ","
        }
        text = substr(text, 1, RSTART - 1) all substr(text, RSTART + RLENGTH)
    }
    return text
}

function uses(file, text,    own, path, first) {
    own = module(file)
    while (match(text, /[a-z_0-9]+(::[A-Za-z_0-9]+)+/)) {
        path = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        first = substr(path, 1, index(path, ":") - 1)
        if (first == "super") {
            sub(/^super/, parent(own), path)
            while (sub(/::[^:]*::super::/, "::", path)) {}
        } else if (first == "self") {
            sub(/^self/, own, path)
        } else if (first != "crate") {
            path = own "::" path
            if (!((own "::" first) in files)) continue
        }
        # The longest beginning that is a module.
        while (path != "" && !(path in files)) path = parent(path)
        if (path != "" && path != "crate" && files[path] != file) print file, files[path]
    }
}

FNR == 1 { files[module(FILENAME)] = FILENAME; is_test = 0 }
/^#\[cfg\(test\)\]/ { is_test = 1; next }
is_test && /^(pub )?(mod|use) .*;/ { is_test = 0; next }
!is_test {
    sub(/\/\/.*/, "")
    gsub(/"([^"\\]|\\.)*"/, "")
    source[FILENAME] = source[FILENAME] " " $0
}
END {
    for (file in source) {
        text = source[file]
        gsub(/pub(\([a-z]+\))? use [^;]*;/, "", text)
        while (match(text, /(^|[^a-z_])use [^;]*;/)) {
            statement = substr(text, RSTART, RLENGTH)
            text = substr(text, 1, RSTART) substr(text, RSTART + RLENGTH)
            uses(file, flat(statement))
        }
        uses(file, text)
    }
}
