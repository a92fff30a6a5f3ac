# Finds the other SAPIs of the PHP under test: beside it, or for Debian's own PHP in packages that are unpacked below
# target/packages. A variable is empty if its program cannot be found. Sourced after packages.sh and php.sh.
#
#   FPM                        PHP-FPM
#   APACHE, MOD_PHP            Apache, and its module
#   APACHE_LIBRARIES           the folder of Apache's libraries that are not installed
#   LIBPHP                     PHP as a library (libphp.so)

version=$("$TEST_PHP_EXECUTABLE" -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
prefix=$("$PHP_CONFIG" --prefix)
packages=$here/target/packages
first() { # prints the first of these files that exists
    local file
    for file; do
        [ ! -f "$file" ] || { echo "$file"; return; }
    done
}
: "${FPM:=$(first "$prefix"/sbin/php-fpm{"$version",})}"
: "${LIBPHP:=$(first "$prefix"/lib/libphp{"$version",}.so)}"
APACHE= MOD_PHP= APACHE_LIBRARIES=
if [ "$prefix" = /usr ]; then
    unpack "$packages" "usr/lib/libphp$version.so" apache2-bin "libapache2-mod-php$version" "libphp$version-embed" "php$version-fpm" || true
    : "${FPM:=$(first "$packages/usr/sbin/php-fpm$version")}"
    : "${LIBPHP:=$(first "$packages/usr/lib/libphp$version.so")}"
    # Serializers, for the tests that use them if they exist.
    unpack "$packages" "$("$PHP_CONFIG" --extension-dir | cut -c 2-)/msgpack.so" "php$version-igbinary" "php$version-msgpack" || true
    # Other save handlers and their servers, for the tests of a migration.
    unpack "$packages" usr/bin/memcached redis-server memcached "php$version-redis" "php$version-memcached" || true
    APACHE=$(first {,"$packages"}/usr/sbin/apache2)
    MOD_PHP=$(first {,"$packages"}"/usr/lib/apache2/modules/libphp$version.so")
    APACHE_LIBRARIES=$(find "$packages/" -name 'libapr-1.so.0' -printf '%h\n')
fi
export FPM LIBPHP APACHE MOD_PHP APACHE_LIBRARIES
