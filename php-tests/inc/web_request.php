<?php
/*
 * A non-blocking request to a web host. The caller selects on its socket, and calls read() when that is readable.
 * FastCgiRequest sends it as a web server does, HttpRequest as a browser does.
 */

abstract class WebRequest
{
    /** @var resource|null Null if the connection failed. */
    public $socket;
    /** The web host has ended the request. False after the end means that its worker died. */
    public bool $ended = false;

    protected function __construct(string $address, string $request)
    {
        $this->socket = @stream_socket_client($address, timeout: 60) ?: null;
        if ($this->socket) {
            stream_set_blocking($this->socket, false);
            @fwrite($this->socket, $request);
        }
    }

    /** Reads what has arrived. False at the end. */
    public function read(): bool
    {
        $bytes = (string) @fread($this->socket, 65536);
        $this->take($bytes);
        return !$this->ended && ($bytes !== '' || !feof($this->socket));
    }

    /** The page's output. */
    public function text(): string
    {
        return trim(explode("\r\n\r\n", $this->answer(), 2)[1] ?? $this->answer());
    }

    /** The output as JSON, if it is complete. */
    public function json(): ?array
    {
        return $this->ended ? json_decode($this->text(), true) : null;
    }

    /** Waits for the whole output and returns it. */
    public function wait(float $seconds = 60): string
    {
        $end = hrtime(true) + $seconds * 1e9;
        do {
            if (!$this->socket || hrtime(true) > $end) {
                throw new RuntimeException($this->socket ? "no answer in $seconds seconds" : 'the web host cannot be reached');
            }
            $sockets = [$this->socket];
            $none = null;
            stream_select($sockets, $none, $none, 0, 100000);
        } while ($this->read());
        // PHP-FPM's worker waits for that before it takes another request.
        fclose($this->socket);
        return $this->ended ? $this->text() : throw new RuntimeException("the worker died in a request: {$this->answer()}");
    }

    abstract protected function take(string $bytes): void;

    /** Headers and body. */
    abstract public function answer(): string;
}

final class FastCgiRequest extends WebRequest
{
    private const BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6;

    private string $in = '';
    private string $out = '';

    /** @param array<string, string> $variables more of them, as HTTP_COOKIE */
    public function __construct(string $path, string $page, string $query = '', array $variables = [])
    {
        $params = '';
        $variables += [
            'SCRIPT_FILENAME' => $page, 'DOCUMENT_ROOT' => dirname($page), 'REQUEST_METHOD' => 'GET', 'QUERY_STRING' => $query,
            'REDIRECT_STATUS' => '200',
        ];
        foreach ($variables as $name => $value) {
            $params .= pack('NN', strlen($name) | 1 << 31, strlen($value) | 1 << 31) . $name . $value;
        }
        parent::__construct("unix://$path", self::record(self::BEGIN, "\0\1\0\0\0\0\0\0") . self::record(self::PARAMS, $params)
            . self::record(self::PARAMS, '') . self::record(self::STDIN, ''));
    }

    protected function take(string $bytes): void
    {
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
    }

    public function answer(): string
    {
        return $this->out;
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCx', 1, $type, 1, strlen($content), 0) . $content;
    }
}

final class HttpRequest extends WebRequest
{
    private string $in = '';

    public function __construct(int $port, string $path)
    {
        parent::__construct("tcp://127.0.0.1:$port", "GET $path HTTP/1.0\r\nHost: localhost\r\n\r\n");
    }

    protected function take(string $bytes): void
    {
        $this->in .= $bytes;
        $this->ended = feof($this->socket) && str_contains($this->in, "\r\n\r\n");
    }

    public function answer(): string
    {
        return $this->in;
    }
}
