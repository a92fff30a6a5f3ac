<?php
/* The page of `make demo KEEP=1`: your session, on both hosts. It has none of its own: page.js asks session.php. */
declare(strict_types=1);

require __DIR__ . '/hosts.php';
$control = "http://$name:" . getenv('DEMO_CONTROL');
$page = json_encode(['self' => getenv('DEMO_HOST'), 'hosts' => $hosts, 'control' => $control, 'token' => getenv('DEMO_TOKEN')]);
header("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    . 'img-src data:; connect-src ' . implode(' ', [...$hosts, $control]));
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rustsql: one session, two web hosts</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<script type="module" src="buttons.js"></script>
<body data-busy data-page="<?= htmlspecialchars($page) ?>">
<header>
    <h1>One session, two web hosts</h1>
    <p>Each request adds one to a counter in your session. Break something: each answered request counts exactly once.</p>
</header>
<main>
    <section class="card counter">
        <h2>The counter in your session</h2>
        <output id="counter">–</output>
        <p id="served">&nbsp;</p>
    </section>
    <section class="card version">
        <h2>The version of its row</h2>
        <p id="version">–</p>
        <ol id="lineages"></ol>
        <p class="quiet">A write names the version that it read. If another write came first, it is refused. A restarted database begins a new lineage.</p>
        <details>
            <summary><code>RustSql\status()</code> of the last request</summary>
            <table id="status"></table>
        </details>
    </section>

    <section class="map">
<?php foreach (['A' => 'B', 'B' => 'A'] as $host => $other): ?>
        <article class="card host host-<?= $host ?>" id="host-<?= $host ?>">
            <h2><i class="dot"></i><a href="<?= htmlspecialchars($hosts[$host]) ?>/">Host <?= $host ?></a> <span class="state">up</span></h2>
            <p><b class="answers">0</b> requests answered</p>
            <p class="quiet last">&nbsp;</p>
            <button class="kill" data-host="<?= $host ?>">Kill it during 30 requests</button>
        </article>
<?php if ($host === 'A'): ?>
        <article class="card database" id="database">
            <h2><i class="dot"></i><?= htmlspecialchars(getenv('DEMO_DATABASE')) ?> <span class="state">up</span></h2>
            <p>keeps the sessions of both hosts</p>
            <p class="quiet">A request has the session alone. The others queue here.</p>
            <button id="restart">Restart it</button>
            <button id="freeze">Freeze it for 4 s</button>
        </article>
<?php endif; endforeach ?>
    </section>

    <section class="actions">
        <button id="add">Increment</button>
        <button id="many">30 parallel requests</button>
        <button id="hold">Hold it for 3 s, 8 queue</button>
        <button id="kill-holder" class="fault">Kill the holder</button>
        <button id="logout" class="plain">Log out</button>
        <label><input type="checkbox" id="unlocked"> without locking</label>
    </section>

    <section class="card log">
        <h2>What happened</h2>
        <ol id="log"><li class="quiet">Nothing yet. Press a button.</li></ol>
    </section>
    <section class="card requests">
        <h2>
            Requests
            <span class="legend"><i class="waiting host-A"></i><i class="waiting host-B"></i> waits for the session
                <i class="holding host-A"></i><i class="holding host-B"></i> has it</span>
        </h2>
        <p id="summary">Each button sends its requests to both hosts by turns. One at a time has the session, the others queue in the database.</p>
        <ol id="rows"></ol>
    </section>
</main>
</body>
</html>
