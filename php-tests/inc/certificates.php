<?php
/*
 * Certificates for tests, made by openssl in a folder that goes with the script.
 *
 *     $certificates = new Certificates;
 *     $ca = $certificates->authority('ca');
 *     $files = $certificates->make('db', $ca, names: ['DNS:localhost', 'IP:127.0.0.1']);
 *     $server = Server::start(null, $files->server());
 */

/** The files of a certificate. `certificate` is a PEM file, `key` that of its key, `ca` that of its authority. */
final class CertificateFiles
{
    public function __construct(public readonly string $certificate, public readonly string $key, public readonly string $ca)
    {
    }

    /** The options of a server. */
    public function server(): array
    {
        return ['ssl_ca' => $this->ca, 'ssl_cert' => $this->certificate, 'ssl_key' => $this->key];
    }
}

final class Certificates
{
    public readonly string $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rustsql-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        $owner = getmypid();
        register_shutdown_function(function () use ($owner) {
            if (getmypid() === $owner) {
                array_map(unlink(...), glob("$this->folder/*"));
                rmdir($this->folder);
            }
        });
    }

    public function authority(string $name): CertificateFiles
    {
        return $this->make($name, null, [], ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign']);
    }

    /**
     * A certificate that `$by` has signed; null: that is self-signed.
     *
     * @param list<string> $names subjectAltName: 'DNS:db', 'IP:127.0.0.1'
     * @param list<string>|null $extensions more extensions; null: none at all, which makes a certificate of version 1
     * @param array{0: int, 1: int} $days its first and its last day, counted from now
     */
    public function make(string $name, ?CertificateFiles $by, array $names = [], ?array $extensions = ['basicConstraints=CA:FALSE'],
        array $days = [-1, 3], string $algorithm = 'EC'): CertificateFiles
    {
        $base = "$this->folder/$name";
        $options = $algorithm === 'EC' ? '-algorithm EC -pkeyopt ec_paramgen_curve:P-256' : '-algorithm RSA -pkeyopt rsa_keygen_bits:2048';
        $this->openssl("genpkey $options -out $base.key");
        $this->openssl("req -new -key $base.key -subj /CN=$name -out $base.csr");
        $text = implode("\n", [...$extensions ?? [], ...$names ? ['subjectAltName=' . implode(',', $names)] : []]);
        file_put_contents("$base.ext", "$text\n");
        $ext = $extensions === null ? '' : "-extfile $base.ext";
        $signer = $by ? "-cert $by->certificate -keyfile $by->key" : "-selfsign -keyfile $base.key";
        $config = "$base.cnf";
        file_put_contents($config, "[ca]\ndefault_ca=x\n[x]\ndatabase=$base.txt\nserial=$base.srl\nrand_serial=yes\nnew_certs_dir=$this->folder\npolicy=p\nunique_subject=no\n"
            . "default_md=sha256\n[p]\ncommonName=supplied\n");
        file_put_contents("$base.txt", '');
        [$from, $to] = array_map(fn ($day) => gmdate('ymdHis\Z', time() + $day * 86400), $days);
        $this->openssl("ca -batch -notext -config $config -startdate $from -enddate $to $signer $ext -in $base.csr -out $base.pem");
        // A server may run as another user.
        chmod("$base.key", 0644);
        return new CertificateFiles("$base.pem", "$base.key", $by?->certificate ?? "$base.pem");
    }

    public function openssl(string $arguments): void
    {
        exec("cd $this->folder && openssl $arguments 2>&1 < /dev/null", $output, $status);
        if ($status !== 0) {
            throw new RuntimeException("openssl $arguments:\n" . implode("\n", $output));
        }
    }
}
