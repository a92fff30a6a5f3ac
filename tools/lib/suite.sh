# Runs suites of tests and adds up their results. Sourced by tools/test and tools/test-matrix.

passed=0 failed=0 skipped=0
suite_seconds=3600 # only a suite that hangs takes longer

# suite NAME COMMAND...: runs the command and adds up the summary in its last line. A command that fails without a failed test
# (it crashed, or was stopped after $suite_seconds) counts as one failure. Status 77: the whole suite is skipped, for the
# reason in its last line.
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

# Prints the sum of all suites in one line; fails if a suite has failed.
summary() {
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" -eq 0 ]
}
