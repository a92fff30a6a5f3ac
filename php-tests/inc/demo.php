<?php
/* The demo with its page in a browser: see demo/run.php. */

require_once __DIR__ . '/browser.php';

final class Demo
{
    public readonly Browser $browser;
    public readonly string $url;
    /** What it has printed. */
    public readonly string $printed;
    private readonly Daemon $daemon;

    /** `$keep` is KEEP: `1`, or `only` without the checks that it prints. */
    public function __construct(string $keep)
    {
        $folder = dirname(__DIR__, 2) . '/target/demo';
        @mkdir($folder, 0777, true);
        @unlink("$folder/log");
        $modules = array_filter(explode(',', (string) getenv('RUSTSQL_TEST_MODULES')));
        $php = [getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY, '-n', ...array_map(fn ($module) => "-dextension=$module", $modules)];
        $address = fn () => preg_match('~Open (\S+)~', (string) file_get_contents("$folder/log"), $match) ? $match[1] : null;
        $this->daemon = new Daemon([...$php, dirname(__DIR__, 2) . '/demo/run.php'], "$folder/log", fn () => $address() !== null, ['KEEP' => $keep]);
        $this->url = $address();
        $this->printed = file_get_contents("$folder/log");
        $this->browser = new Browser;
        $this->browser->open($this->url);
        $this->awaitIdle();
    }

    /** Presses a button and returns what the page says of it. */
    public function press(string $button): string
    {
        $lines = $this->browser->count('#log li:not(.quiet)');
        $this->browser->click($button);
        $this->browser->until("the end of $button", fn () => $this->browser->count('#log li:not(.quiet)') > $lines);
        $this->awaitIdle();
        return $this->browser->run('return document.querySelector("#log li").lastChild.data');
    }

    public function counter(): int
    {
        return (int) $this->browser->text('#counter');
    }

    private function awaitIdle(): void
    {
        $this->browser->until('the end of its requests', fn () => $this->browser->count('body:not([data-busy])') > 0);
    }
}
