# Suites of tests and their sum. Sourced by tools/test and tools/test-matrix.

passed=0 failed=0 skipped=0
suite_seconds=3600 # reached only by what hangs

# suite NAME COMMAND...: runs it and adds up the summary that it ends with. A command that fails without having counted a
# failure (it crashed, or was stopped after $suite_seconds) counts as one. Status 77: it is skipped as a whole, for the
# reason that it printed last.
suite() {
    local name=$1 start=$SECONDS log status ok bad skip
    shift
    log=$(mktemp)
    printf '\n== %s\n' "$name"
    timeout --foreground "$suite_seconds" "$@" 2>&1 | tee "$log" | grep --line-buffered -avE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$'
    status=${PIPESTATUS[0]}
    read -r ok bad skip < <(awk '
        /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { ok += $1; bad += $3; skip += $5 }
        END { print ok + 0, bad + 0, skip + 0 }' "$log")
    if [ "$status" -eq 77 ]; then
        echo "SKIP $name: $(tail -n 1 "$log")"
        skip=$((skip + 1))
    elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        echo "FAIL $name: ended with status $status"
        bad=1
    fi
    rm -f "$log"
    printf -- '-- %s: %d passed, %d failed, %d skipped, in %d s\n' "$name" "$ok" "$bad" "$skip" $((SECONDS - start))
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

# The one line of all suites; fails when one of them did.
summary() {
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
}
