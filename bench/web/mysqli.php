<?php
/*
 * The handler that people copy from each other: mysqli, GET_LOCK, four statements a request. BENCH_PERSISTENT=1: the same with 'p:'.
 */
declare(strict_types=1);

class MysqliSessionHandler implements SessionHandlerInterface
{
    private mysqli $db;
    private string $lock = '';

    public function open(string $path, string $name): bool
    {
        $host = (getenv('BENCH_PERSISTENT') ? 'p:' : '') . (getenv('BENCH_HOST') ?: 'localhost');
        $this->db = new mysqli($host, getenv('BENCH_USER'), getenv('BENCH_PASSWORD'), getenv('BENCH_DATABASE'), (int) getenv('BENCH_PORT'), getenv('BENCH_SOCKET') ?: null);
        return true;
    }

    public function read(string $id): string|false
    {
        $id = $this->db->real_escape_string($id);
        $lock = "session_$id";
        $result = $this->db->query("SELECT GET_LOCK('$lock', 60)");
        if ($result->fetch_row()[0] != 1) {
            return false;
        }
        $this->lock = $lock;
        $row = $this->db->query("SELECT data FROM sessions WHERE id = '$id'")->fetch_row();
        return $row ? $row[0] : '';
    }

    public function write(string $id, string $data): bool
    {
        $id = $this->db->real_escape_string($id);
        $data = $this->db->real_escape_string($data);
        return $this->db->query("REPLACE INTO sessions (id, data, access) VALUES ('$id', '$data', " . time() . ')');
    }

    public function close(): bool
    {
        if ($this->lock !== '') {
            $this->db->query("DO RELEASE_LOCK('$this->lock')");
            $this->lock = '';
        }
        return $this->db->close();
    }

    public function destroy(string $id): bool
    {
        $id = $this->db->real_escape_string($id);
        return $this->db->query("DELETE FROM sessions WHERE id = '$id'");
    }

    public function gc(int $max_lifetime): int|false
    {
        $this->db->query('DELETE FROM sessions WHERE access < ' . (time() - $max_lifetime));
        return $this->db->affected_rows;
    }
}

session_set_save_handler(new MysqliSessionHandler, true);
