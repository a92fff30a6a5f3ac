# PHP_CONFIG picks the PHP to build for and to test with: make PHP_CONFIG=/opt/php/bin/php-config
# So does PHP=8.4, and gets that PHP; all that is built for it is below target/php/8.4.
ifneq ($(filter 8.%,$(PHP)),)
with_php = tools/with-php $(PHP)
endif
ifdef PHP_CONFIG
override PHP_CONFIG := $(shell command -v $(PHP_CONFIG) || echo $(PHP_CONFIG))
# The build wants the binary of that same PHP.
PHP := $(shell $(PHP_CONFIG) --php-binary)
export PHP_CONFIG PHP
endif

.DEFAULT_GOAL := build
.PHONY: build command help deps demo test test-matrix test-packages chaos fuzz bench install uninstall check stubs dist lint

build: ## build target/release/librustsql.so
	@$(with_php) tools/check-php
	$(with_php) cargo build --release

command: ## build the command rustsql and its man pages, target/cli/; needs no PHP
	@tools/check-rust
	cargo build --release --no-default-features --features cli --bin rustsql --target-dir target/cli
	@target/cli/release/rustsql generate target/cli/share

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what the build, the tests and the demo need (Debian, apt)
	@tools/deps

demo: ## show it with a private MariaDB and two web hosts; KEEP=1 leaves them running for a browser
	@KEEP=$(KEEP) tools/demo

test: ## run every test, on MariaDB and on MySQL; TESTS=php-tests/locking only those, PHP=8.4 on that PHP
	@$(with_php) tools/test $(TESTS)

test-matrix: ## run every test on this PHP, and the most important ones on other PHPs (tools/lib/versions.sh) and on MariaDB 11.8
	@tools/test-matrix

test-packages: build command ## install each package, and build from nothing, in a clean Debian: 10 minutes
	@LONG=1 TEST_SECONDS=3600 tools/phpt mariadb php-tests/packages; status=$$?; cat target/test/from-nothing.txt; exit $$status

chaos: ## kill everything for MINUTES=2 and check that nothing is lost; SEED=, TOPOLOGY= (mariadb, mysql, pair, galera, group)
	@$(with_php) tools/chaos

fuzz: ## compare COUNT=20000 random scripts with PHP's files handler (SEED= repeats them); then send arbitrary bytes to all parsers
	@$(with_php) tools/differential
	@tools/fuzz

bench: ## compare with other session handlers and write docs/performance*.md, 55 minutes; QUICK=1, ONLY=network
	@$(with_php) tools/bench

install: ## copy the library and rustsql.ini to PHP's folders, and switch it on; DESTDIR= for a package
	@tools/install

uninstall: ## remove what make install has copied
	@tools/install --remove

check: ## show which PHP programs load it, and whether a session works with their settings
	@tools/check

stubs: build ## check that stubs/ declares what the library has
	@tools/phpt mariadb php-tests/functions/stub_matches_the_extension.phpt

dist: ## pack the library for this PHP and the command, with licenses, an SBOM and checksums: target/dist/
	@$(with_php) tools/dist

lint: ## all linters (tools/lint), and cargo-deny, which make test does not need
	@tools/deps
	@tools/cargo-tools cargo-deny
	@$(with_php) tools/lint
