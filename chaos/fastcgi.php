<?php
/*
 * One request to a web host, as a web server makes it: FastCGI over the host's unix socket. Does not wait: whoever
 * has it selects on its socket, and calls read() when there is something.
 */

final class FastCgi
{
    private const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6;
    private const PAGE = __DIR__ . '/web/counter.php';

    /** @var resource|null Null when the host could not even be reached. */
    public $socket;
    /** The web host said that the request is over: otherwise its worker died. */
    public bool $ended = false;
    private string $in = '';
    private string $out = '';

    public function __construct(string $path, string $query)
    {
        $this->socket = @stream_socket_client("unix://$path", timeout: 1) ?: null;
        if ($this->socket) {
            stream_set_blocking($this->socket, false);
            $params = '';
            foreach (['SCRIPT_FILENAME' => self::PAGE, 'REQUEST_METHOD' => 'GET', 'QUERY_STRING' => $query] as $name => $value) {
                $params .= pack('CC', strlen($name), strlen($value)) . $name . $value;
            }
            @fwrite($this->socket, self::record(self::BEGIN, "\0\1\0\0\0\0\0\0") . self::record(self::PARAMS, $params)
                . self::record(self::PARAMS, '') . self::record(self::STDIN, ''));
        }
    }

    /** False as soon as nothing more will come. */
    public function read(): bool
    {
        $bytes = (string) @fread($this->socket, 65536);
        $this->in .= $bytes;
        while (strlen($this->in) >= 8) {
            ['type' => $type, 'length' => $length, 'padding' => $padding] = unpack('Cversion/Ctype/nid/nlength/Cpadding', $this->in);
            if (strlen($this->in) < 8 + $length + $padding) {
                break;
            }
            if ($type === self::STDOUT) {
                $this->out .= substr($this->in, 8, $length);
            }
            $this->ended = $this->ended || $type === self::END;
            $this->in = substr($this->in, 8 + $length + $padding);
        }
        return !$this->ended && ($bytes !== '' || !feof($this->socket));
    }

    /** What the page said, if it came to that. */
    public function answer(): ?array
    {
        return $this->ended ? json_decode(explode("\r\n\r\n", $this->out, 2)[1] ?? '', true) : null;
    }

    /** What came instead of an answer. */
    public function text(): string
    {
        return trim(explode("\r\n\r\n", $this->out, 2)[1] ?? $this->out);
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
    }
}
