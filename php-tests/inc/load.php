<?php
/*
 * Visitors send requests, several to the same session, while a test changes the web host.
 *
 *     $load = new Load($host);
 *     $load->during(fn () => done_yet());     until it returns true
 *     echo $load->report();
 */

require_once __DIR__ . '/web_host.php';

final class Load
{
    private const VISITORS = 6;
    private const SESSIONS = 2;
    private const PAGE = 'session_start(); $n = $_SESSION["n"] ?? 0; usleep(mt_rand(0, 3000)); $_SESSION["n"] = $n + 1; session_write_close(); echo "written";';

    /** @var array<int, array{WebRequest, string}> the running request of each visitor */
    private array $open = [];
    /** @var array<string, int> by session */
    private array $written = [];
    private array $complaints = [];

    public function __construct(private readonly WebHost $host)
    {
    }

    /** Sends requests until `$over` returns true, and for a moment after that. */
    public function during(callable $over, float $seconds = 120): void
    {
        $end = hrtime(true) + $seconds * 1e9;
        $more = self::VISITORS;
        while ($more > 0 || $this->open) {
            for ($visitor = 0; $more > 0 && $visitor < self::VISITORS; $visitor++) {
                $id = 'of-many-' . $visitor % self::SESSIONS;
                $this->open[$visitor] ??= [$this->host->begin(self::PAGE, $id), $id];
            }
            $this->take();
            $more -= $more < self::VISITORS || $over() ? 1 : 0;
            if (hrtime(true) > $end) {
                throw new RuntimeException("not over in $seconds seconds; " . $this->report());
            }
        }
    }

    public function report(): string
    {
        $stored = array_map(fn (string $id) => (int) $this->host->run('session_start(); echo $_SESSION["n"];', $id), array_keys($this->written));
        $lost = array_sum($this->written) - array_sum($stored);
        $answers = $this->complaints ? implode("\n", array_count_values($this->complaints)) : 'every request answered';
        return "$answers, $lost updates lost";
    }

    private function take(): void
    {
        $sockets = array_filter(array_map(fn (array $open) => $open[0]->socket, $this->open));
        $none = null;
        $sockets && stream_select($sockets, $none, $none, 0, 10000);
        foreach ($this->open as $visitor => [$request, $id]) {
            if ($request->socket && (!isset($sockets[$visitor]) || $request->read())) {
                continue;
            }
            unset($this->open[$visitor]);
            if ($request->ended && $request->text() === 'written') {
                $this->written[$id] = ($this->written[$id] ?? 0) + 1;
            } else {
                $this->complaints[] = $request->socket ? 'no answer: ' . $request->text() : 'not reached';
            }
        }
    }
}
