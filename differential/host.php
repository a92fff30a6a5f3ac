<?php
/*
 * One save handler: the workers that have it, the cookies of the visitors that come to it, what is stored by it. Runs a
 * script's requests, and tells in lines what could be seen of them, in words that do not depend on the handler: random ids
 * are numbered in the order in which they appear.
 */

final class Host
{
    private const PAGE = __DIR__ . '/web/request.php';
    /** A shorter id was chosen by the script, or is too common a word. */
    private const SHORTEST_RANDOM_ID = 22;
    /** Seconds after which a request waits in vain. */
    private const PATIENCE = 10;

    /** @var list<?FastCgiWorker> */
    private array $workers = [null, null];
    /** @var array<int, array<string, string>> the cookies by visitor and name */
    private array $jars = [];
    /** @var array<string, true> every id that was seen */
    private array $ids = [];
    /** @var array<string, string> what stands for a random id */
    private array $names = [];
    private int $randomIds = 0;
    private string $source = '';

    public function __construct(
        private readonly Session $session,
        private readonly array $ini,
        private readonly Store $store,
        private readonly string $folder,
    ) {
        mkdir($folder, 0700);
    }

    /** A new script begins: nothing is stored, and nobody has been here. `$source`: all its text. */
    public function empty(string $source): void
    {
        $this->store->clear();
        $this->jars = $this->ids = $this->names = [];
        $this->randomIds = 0;
        $this->source = $source;
    }

    /** @param list<array> $requests one, or two that run beside each other @return list<string> */
    public function run(array $requests): array
    {
        if ($requests[0]['age']) {
            $this->store->age($requests[0]['age']);
        }
        foreach (array_column($requests, 'process') as $process) {
            // While no request is open: a worker inherits what is, and would keep the other one from seeing its end.
            $this->workers[$process] ??= new FastCgiWorker($this->session, $this->ini);
        }
        $gate = fopen("$this->folder/gate", 'c');
        flock($gate, LOCK_EX);
        foreach ($requests as $number => $request) {
            $answers[] = $this->begin($request);
            if (count($requests) === 2) {
                $this->await($request, $number ? null : 'at the gate');
            }
        }
        flock($gate, LOCK_UN);
        $lines = [];
        foreach ($requests as $number => $request) {
            $process = $request['process'];
            // Twice: the machine may have stood still.
            for ($attempt = 0; $attempt < 2 && !$answers[$number]->ended; $attempt++) {
                try {
                    $answers[$number]->wait(self::PATIENCE);
                } catch (RuntimeException) {
                }
            }
            if (!$answers[$number]->ended) {
                // It crashed, or waits for a lock that the other one has left behind.
                $this->workers = [null, null];
            }
            $answer = $answers[$number]->ended ? $answers[$number]->answer() : "\r\n\r\nno answer, $this->folder";
            array_push($lines, ...$this->seen($process), ...$this->answered($request['visitor'], $answer));
        }
        $end = "\n\0"; // all lines at once, which is quicker
        return explode($end, preg_replace(array_keys(NEUTRAL), NEUTRAL, strtr(implode($end, $lines), $this->names)));
    }

    /** What is stored, by the neutral names of the ids. Ids that nobody saw are counted, if there is anything. */
    public function stored(): array
    {
        $stored = $unseen = [];
        foreach ($this->store->stored(array_keys($this->ids)) as $id => $data) {
            if (isset($this->ids[$id])) {
                $stored[strtr((string) $id, $this->names)] = strtr($data, $this->names);
            } elseif ($data !== '') {
                $unseen[] = $data;
            }
        }
        ksort($stored, SORT_STRING);
        sort($unseen, SORT_STRING);
        foreach ($unseen as $number => $data) {
            $stored["<unseen id $number>"] = $data;
        }
        return $stored;
    }

    public function remove(string $name): void
    {
        $this->store->remove(array_search($name, $this->names, true) ?: $name);
    }

    private function begin(array $request): FastCgiRequest
    {
        $process = $request['process'];
        @unlink("$this->folder/$process.log");
        $cookies = ($request['cookie'] === null ? [] : ['PHPSESSID' => $request['cookie']]) + ($this->jars[$request['visitor']] ?? []);
        return $this->workers[$process]->begin(self::PAGE, [
            'LOG' => "$this->folder/$process.log",
            'GATE' => "$this->folder/gate",
            'STEPS' => json_encode($request['steps'], JSON_THROW_ON_ERROR),
            'HTTP_COOKIE' => implode('; ', array_map(fn ($name, $value) => "$name=$value", array_keys($cookies), $cookies)),
        ]);
    }

    /** Until it says so, or it waits for something (or has ended). */
    private function await(array $request, ?string $line): void
    {
        $end = hrtime(true) + self::PATIENCE * 1e9;
        $log = "$this->folder/$request[process].log";
        $idle = 0;
        Server::waitFor(function () use ($end, $log, $line, $request, &$idle): bool {
            $text = (string) @file_get_contents($log);
            if (hrtime(true) > $end) {
                return true;
            }
            if ($line !== null) {
                return str_contains($text, $line) || str_contains($text, 'the end of the script');
            }
            $stat = file_get_contents("/proc/{$this->workers[$request['process']]->pid}/stat");
            $idle = $text !== '' && str_contains($stat, ') S ') ? $idle + 1 : 0;
            return $idle === 3;
        }, 2 * self::PATIENCE);
    }

    /** What the script wrote down. */
    private function seen(int $process): array
    {
        $lines = [];
        foreach (@file("$this->folder/$process.log", FILE_IGNORE_NEW_LINES) ?: [] as $line) {
            [$what, $text, $ids] = json_decode($line, true, 4) ?? ['cut off', $line, []];
            array_map($this->learn(...), $ids);
            $lines[] = $what === 'step' ? "> $text" : "$what: $text";
        }
        return $lines;
    }

    /** What its client got. */
    private function answered(int $visitor, string $answer): array
    {
        [$headers, $body] = explode("\r\n\r\n", $answer, 2) + ['', ''];
        foreach (explode("\r\n", $headers) as $header) {
            if (preg_match('~^Set-Cookie: ([^=]+)=([^;]*)~', $header, $cookie)) {
                [, $name, $value] = $cookie;
                $this->learn(urldecode($value));
                if (str_contains($header, '01-Jan-1970') || str_contains($header, '01 Jan 1970')) {
                    unset($this->jars[$visitor][$name]);
                } else {
                    $this->jars[$visitor][$name] = $value;
                }
            }
            $lines[] = "header: $header";
        }
        $lines[] = 'body: ' . (strlen($body) > 2000 ? strlen($body) . ' bytes, ' . md5($body) : $body);
        return $lines;
    }

    private function learn(string $id): void
    {
        if ($id !== '' && !isset($this->ids[$id])) {
            $this->ids[$id] = true;
            if (strlen($id) >= self::SHORTEST_RANDOM_ID && !str_contains($this->source, $id)) {
                $name = sprintf('<id %d, %d long>', ++$this->randomIds, strlen($id));
                $this->names[$id] = $name;
                $this->names[urlencode($id)] = $name;
            }
        }
    }
}
