<?php
/* The page of `make demo KEEP=1`: your session, on both hosts. It has none of its own: page.js asks session.php. */
declare(strict_types=1);

$self = getenv('DEMO_HOST');
$name = preg_replace('/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? '127.0.0.1');
$hosts = [];
foreach (array_combine(['A', 'B'], explode(',', getenv('DEMO_PORTS'))) as $host => $port) {
    $hosts[$host] = "http://$name:$port";
}
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rustsql: one session, two web hosts</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
<body data-self="<?= $self ?>" data-hosts="<?= htmlspecialchars(json_encode($hosts)) ?>">
<header>
    <h1>One session, two web hosts</h1>
    <nav>
<?php foreach ($hosts as $host => $url): ?>
        <a href="<?= htmlspecialchars($url) ?>/" class="host-<?= $host ?>"<?= $host === $self ? ' aria-current="page"' : '' ?>>Host <?= $host ?></a>
<?php endforeach ?>
    </nav>
</header>
<main>
    <section class="card counter">
        <h2>The counter in your session</h2>
        <output id="counter">–</output>
        <p id="served">&nbsp;</p>
    </section>
    <section class="card">
        <h2><code>RustSql\status()</code> of that request</h2>
        <table id="status"></table>
    </section>
    <section class="actions">
        <button id="add">Increment</button>
        <button id="many">20 parallel requests</button>
        <button id="hold">Hold it for 3 s, 8 others queue</button>
        <button id="logout" class="quiet">Log out</button>
        <label><input type="checkbox" id="unlocked"> without locking</label>
    </section>
    <section class="card requests">
        <h2>
            Requests
            <span class="legend"><i class="waiting host-A"></i><i class="waiting host-B"></i> waits for the session
                <i class="holding host-A"></i><i class="holding host-B"></i> has it</span>
        </h2>
        <p id="summary">Each button sends its requests to both hosts by turns. They share the session: one at a time has it, the others queue in the database.</p>
        <ol id="rows"></ol>
    </section>
</main>
</body>
</html>
