<?php
/*
 * What a locking handler can do in two packets when the lock is released after the commit: GET_LOCK and SELECT in one, UPDATE
 * and RELEASE_LOCK in the other, on a kept connection. The measure for how long a hand-off takes while commits are slow.
 */
declare(strict_types=1);

class TwoPacketHandler implements SessionHandlerInterface
{
    private mysqli $db;
    private string $lock;

    public function open(string $path, string $name): bool
    {
        $this->db = new mysqli('p:localhost', getenv('BENCH_USER'), getenv('BENCH_PASSWORD'), getenv('BENCH_DATABASE'), 0, getenv('BENCH_SOCKET'));
        return true;
    }

    public function read(string $id): string|false
    {
        $this->lock = 'two_' . $this->db->real_escape_string($id);
        $id = $this->db->real_escape_string($id);
        [$lock, $data] = $this->both("SELECT GET_LOCK('$this->lock', 60); SELECT data FROM sessions WHERE id = '$id'");
        return $lock == 1 ? (string) $data : false;
    }

    public function write(string $id, string $data): bool
    {
        $id = $this->db->real_escape_string($id);
        $data = $this->db->real_escape_string($data);
        $this->both("INSERT INTO sessions (id, data, access) VALUES ('$id', '$data', " . time() . ')'
            . " ON DUPLICATE KEY UPDATE data = VALUES(data), access = VALUES(access); DO RELEASE_LOCK('$this->lock')");
        return true;
    }

    /** The first field of each result. */
    private function both(string $sql): array
    {
        $this->db->multi_query($sql);
        $fields = [];
        do {
            $result = $this->db->store_result();
            $fields[] = $result ? $result->fetch_row()[0] ?? null : null;
        } while ($this->db->next_result());
        return $fields;
    }

    public function close(): bool
    {
        return true;
    }

    public function destroy(string $id): bool
    {
        return true;
    }

    public function gc(int $max_lifetime): int|false
    {
        return 0;
    }
}

session_set_save_handler(new TwoPacketHandler, true);
