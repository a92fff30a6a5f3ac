# A build in another target folder. Sourced, after `set -eu`, at the top of the project.
#
#   target_folder FOLDER   makes cargo build in FOLDER, which begins as a copy of the usual one: most crates are the same

target_folder() {
    export CARGO_TARGET_DIR=$1
    export RUSTSQL_SO=$CARGO_TARGET_DIR/release/librustsql.so
    if [ ! -d "$CARGO_TARGET_DIR" ] && [ -d target/release ]; then
        mkdir -p "$CARGO_TARGET_DIR.new"
        cp -a target/release "$CARGO_TARGET_DIR.new"
        mv "$CARGO_TARGET_DIR.new" "$CARGO_TARGET_DIR"
    fi
}
