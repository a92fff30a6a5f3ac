<?php
/*
 * One request: does the steps of a script one after the other, each at the top of the script as if it stood there, and
 * writes down what it could see of them. A step that begins with `throw` or `exit` ends the request.
 */

require __DIR__ . '/observer.php';
require __DIR__ . '/handlers.php';

Observer::begin();

foreach (Observer::steps() as $step) {
    Observer::say('step', $step);
    try {
        Observer::result(eval(str_ends_with($step, ';') ? $step : "return $step;"));
    } catch (Throwable $thrown) {
        if (str_starts_with($step, 'throw ')) {
            throw $thrown;
        }
        Observer::say('thrown', get_class($thrown) . ': ' . $thrown->getMessage());
        unset($thrown);
    }
    Observer::look();
}
