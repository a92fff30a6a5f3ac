<?php
/*
 * What is stored, seen from outside: of `files` in its folder, of `rustsql` in its table.
 */

interface Store
{
    /**
     * By id. A row has none: its name must be that of one of `$ids`, else that is what it is called here.
     *
     * @param string[] $ids all that can be there
     * @return array<string, string>
     */
    public function stored(array $ids): array;

    public function remove(string $id): void;

    /** Makes all of it older. */
    public function age(int $seconds): void;

    public function clear(): void;
}

final class Folder implements Store
{
    public function __construct(private readonly string $path)
    {
        mkdir($path, 0700);
    }

    public function stored(array $ids): array
    {
        foreach (glob("$this->path/sess_*") as $file) {
            $stored[substr(basename($file), 5)] = file_get_contents($file);
        }
        return $stored ?? [];
    }

    public function remove(string $id): void
    {
        unlink("$this->path/sess_$id");
    }

    public function age(int $seconds): void
    {
        foreach (glob("$this->path/sess_*") as $file) {
            touch($file, time() - $seconds);
        }
    }

    public function clear(): void
    {
        array_map(unlink(...), glob("$this->path/sess_*"));
    }
}

final class Rows implements Store
{
    public function __construct(private readonly Server $server, private readonly string $table)
    {
        $schema = file_get_contents(__DIR__ . '/../sql/schema.sql');
        $server->query(str_replace('`php_sessions`', "app.$table", $schema));
    }

    public function stored(array $ids): array
    {
        $names = [];
        foreach ($ids as $id) {
            $names[session_key($id)] = (string) $id;
        }
        foreach ($this->server->query("SELECT LOWER(HEX(id)) AS name, data FROM app.$this->table") as $row) {
            $stored[$names[$row['name']] ?? $row['name']] = $row['data'];
        }
        return $stored ?? [];
    }

    public function remove(string $id): void
    {
        $this->server->query("DELETE FROM app.$this->table WHERE id = x'" . session_key($id) . "'");
    }

    public function age(int $seconds): void
    {
        $this->server->query("UPDATE app.$this->table SET expires = expires - $seconds");
    }

    public function clear(): void
    {
        $this->server->query("DELETE FROM app.$this->table");
    }
}
