<?php
/*
 * Requests as a web server makes them, by PHP's CGI program with the extension: cookies, uploads, html.
 *
 *     $answer = cgi('<?php session_start();', $ini, ['HTTP_COOKIE' => 'PHPSESSID=abc']);
 *     $answer['headers'], $answer['body']
 */

require_once __DIR__ . '/php.php';

/** The CGI program beside the PHP under test, or null. */
function cgi_program(): ?string
{
    $php = getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY;
    $cgi = getenv('TEST_PHP_CGI_EXECUTABLE') ?: dirname($php) . '/' . preg_replace('~^php~', 'php-cgi', basename($php));
    return is_executable($cgi) ? $cgi : null;
}

/**
 * @param array<string, string> $variables of the request, as HTTP_COOKIE
 * @return array{headers: string[], body: string}
 */
function cgi(string $script, array $ini = [], array $variables = [], string $body = ''): array
{
    $file = tempnam(sys_get_temp_dir(), 'cgi');
    file_put_contents($file, $script);
    $command = php_command($ini + ['session.use_cookies' => '1', 'session.cache_limiter' => 'nocache', 'cgi.force_redirect' => '0']);
    $command[0] = cgi_program();
    $environment = $variables + [
        'SCRIPT_FILENAME' => $file, 'PATH_TRANSLATED' => $file, 'SCRIPT_NAME' => '/x.php', 'REQUEST_URI' => '/x.php',
        'GATEWAY_INTERFACE' => 'CGI/1.1', 'REDIRECT_STATUS' => '1', 'QUERY_STRING' => '',
        'REQUEST_METHOD' => $body === '' ? 'GET' : 'POST', 'CONTENT_LENGTH' => (string) strlen($body),
    ];
    $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']], $pipes, null, $environment);
    fwrite($pipes[0], $body);
    fclose($pipes[0]);
    $answer = stream_get_contents($pipes[1]);
    proc_close($process);
    unlink($file);
    [$headers, $body] = explode("\r\n\r\n", $answer, 2) + ['', ''];
    return ['headers' => explode("\r\n", $headers), 'body' => $body];
}
