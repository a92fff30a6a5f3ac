dnl phpize && ./configure && make && make install, as every extension of PHP is built, by PIE too. Makefile.frag calls cargo.

dnl A crate takes it for a path.
PHP_CONFIG=`command -v "$PHP_CONFIG"`
AC_MSG_CHECKING([what building rustsql needs])
rustsql_lacks=`PHP_CONFIG=$PHP_CONFIG PHP=$PHP_EXECUTABLE "$abs_srcdir/../../tools/check-php" 2>&1` || AC_MSG_ERROR([$rustsql_lacks])
AC_MSG_RESULT([all there])

PHP_MODULES="$PHP_MODULES \$(phplibdir)/rustsql.so"
PHP_SUBST([PHP_CONFIG])
PHP_ADD_BUILD_DIR([modules])
PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [.])
