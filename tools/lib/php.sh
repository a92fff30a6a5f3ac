# Finds the PHP under test, for the scripts that run tests. Sourced, after `set -eu`.
#
# PHP_CONFIG picks another PHP than the system's, as it does for the build.
#
#   TEST_PHP_EXECUTABLE   the PHP under test
#   test_php              the same without php.ini, but with the extensions that the tests use
#   RUN_TESTS             PHP's own test runner

PHP_CONFIG=${PHP_CONFIG:-php-config}
command -v "$PHP_CONFIG" > /dev/null || { echo "$PHP_CONFIG is not on this machine: run tools/deps" >&2; exit 1; }
export PHP_CONFIG
export TEST_PHP_EXECUTABLE=${TEST_PHP_EXECUTABLE:-$("$PHP_CONFIG" --php-binary)}

for RUN_TESTS in "$("$PHP_CONFIG" --extension-dir)" "$("$PHP_CONFIG" --prefix)/lib/php"; do
    RUN_TESTS=$RUN_TESTS/build/run-tests.php
    [ ! -f "$RUN_TESTS" ] || break
done
[ -f "$RUN_TESTS" ] || { echo "no run-tests.php beside $PHP_CONFIG: run tools/deps" >&2; exit 1; }
export RUN_TESTS

# Distributions build these extensions as modules; others build them in. RUSTSQL_TEST_MODULES lists those to load.
builtin=$("$TEST_PHP_EXECUTABLE" -n -m)
RUSTSQL_TEST_MODULES=
test_php=("$TEST_PHP_EXECUTABLE" -n)
for module in session posix mysqlnd mysqli; do
    if ! grep -qix "$module" <<< "$builtin"; then
        test_php+=(-d "extension=$module")
        RUSTSQL_TEST_MODULES+=${RUSTSQL_TEST_MODULES:+,}$module
    fi
done
export RUSTSQL_TEST_MODULES
