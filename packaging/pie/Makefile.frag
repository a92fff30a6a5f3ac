# cargo runs when a source is newer than the library. So make install, as root, only copies.
rustsql_top = $(srcdir)/../..
rustsql_target = $(rustsql_top)/target/pie
rustsql_sources = $(shell find $(rustsql_top)/src $(rustsql_top)/sql -type f) $(rustsql_top)/Cargo.toml $(rustsql_top)/Cargo.lock $(rustsql_top)/build.rs

$(phplibdir)/rustsql.so: $(rustsql_sources)
	cd $(rustsql_top) && PHP_CONFIG=$(PHP_CONFIG) PHP=$(PHP_EXECUTABLE) cargo build --release --locked --target-dir $(rustsql_target)
	cp $(rustsql_target)/release/librustsql.so $@
