--TEST--
stubs/ declares the functions that the extension has, and no others
--SKIPIF--
<?php if (!glob(__DIR__ . "/../../stubs/*.stub.php")) echo "skip there is no stub file yet"; ?>
--FILE--
<?php
require __DIR__ . '/../inc/table.php';

/** Names, parameters, types and defaults of functions, as text. Runs also in a PHP without the extension. */
const DESCRIBE = <<<'CODE'
    function describe(ReflectionFunction $function): string
    {
        $parameters = array_map(function (ReflectionParameter $parameter) {
            $text = $parameter->getType() . ' $' . $parameter->getName();
            if ($parameter->isOptional()) {
                $text .= $parameter->isDefaultValueAvailable() ? ' = ' . strtolower(var_export($parameter->getDefaultValue(), true)) : ' = ?';
            }
            return ($parameter->isPassedByReference() ? '&' : '') . ($parameter->isVariadic() ? '...' : '') . $text;
        }, $function->getParameters());
        return $function->getName() . '(' . implode(', ', $parameters) . '): ' . $function->getReturnType();
    }
    CODE;

eval(DESCRIBE);
$extension = array_map(describe(...), array_values((new ReflectionExtension('rustsql'))->getFunctions()));
sort($extension);
check(count($extension) >= 3, 'functions of the extension', $extension);

$stubs = glob(dirname(__DIR__, 2) . '/stubs/*.stub.php');
$code = DESCRIBE . '
    foreach (array_slice($argv, 1) as $file) {
        require $file;
    }
    echo json_encode(array_map(fn ($name) => describe(new ReflectionFunction($name)), array_diff(get_defined_functions()["user"], ["describe"])));';
$without = (new PhpProcess([getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-n', '-d', 'display_errors=1', '-r', $code, '--', ...$stubs]))->wait();
$declared = array_values((array) json_decode($without['out']));
sort($declared);
check($declared !== [], 'functions of the stubs', $without);
same([], array_values(array_diff($extension, $declared)), 'missing or different in the stubs');
same([], array_values(array_diff($declared, $extension)), 'only in the stubs');
echo "done\n";
--EXPECT--
done
