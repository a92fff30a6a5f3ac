// The buttons of the page, and what the log says of each.

import { $, control, deliver, draw, here, ms, nextHost, other, page, send, setUp, show, showState, up } from './page.js';

const plural = (count, thing) => `${count} ${thing}${count === 1 ? '' : 's'}`;
const seconds = value => `${(value / 1000).toFixed(1)} s`;
const sum = (rows, what) => rows.reduce((total, row) => total + (row[what] ?? 0), 0);
const read = () => send({ host: here() }, 'read');

function log(text, kind = '') {
    const [line, time] = [document.createElement('li'), document.createElement('time')];
    time.textContent = new Date().toLocaleTimeString('en-GB');
    line.append(time, text);
    line.className = kind;
    $('log').querySelector('.quiet')?.remove();
    $('log').prepend(line);
}

function summary(text, kind = '') {
    $('summary').textContent = text;
    $('summary').className = kind;
}

// One button's work: the counter before, the requests with their bars, the counter after and what it should be.
async function batch(start) {
    summary('The requests are under way.');
    const { n: before } = await read();
    const rows = [];
    const adds = (count, query = 'add', onDone = () => {}) => Promise.all(Array.from({ length: count }, () => {
        const row = { host: nextHost() };
        rows.push(row);
        return deliver(row, query).then(onDone);
    }));
    let frame;
    const animate = () => {
        if (rows.length) draw(rows);
        frame = requestAnimationFrame(animate);
    };
    animate();
    try {
        await start(rows, adds);
    } finally {
        cancelAnimationFrame(frame);
    }
    draw(rows);
    const after = await read();
    const acknowledged = rows.filter(row => row.done);
    const last = acknowledged.reduce((a, b) => b.answer.done > a.answer.done ? b : a).answer;
    show({ ...last, n: after.n, version: after.version });
    const lost = before + acknowledged.length - after.n;
    const wait = Math.max(...acknowledged.map(row => row.answer.got - row.answer.asked));
    const counted = `the counter went from ${before} to ${after.n}, ${lost ? `${lost} lost` : 'none lost'}.`;
    summary(`${plural(acknowledged.length, 'request')} acknowledged: ${counted} Longest wait ${ms(wait)} ms.`, lost ? 'bad' : 'good');
    return { rows, acknowledged, counted, wait, kind: lost ? 'bad' : '' };
}

// A request that has the session open. Resolves when it has; `held` is its end.
async function holder(rows, duration) {
    const row = { host: here() };
    rows.push(row);
    await new Promise((resolve, reject) => {
        row.held = send(row, `hold&seconds=${duration}`, resolve);
        row.held.catch(reject);
    });
    return row;
}

const way = () => $('unlocked').checked ? 'add&lock=unlocked' : 'add';

const actions = {
    add: async () => {
        const { counted, rows, kind } = await batch((_, adds) => adds(1, way()));
        log(`A request on host ${rows[0].host}: ${counted}`, kind);
    },
    many: async () => {
        const { counted, wait, kind } = await batch((_, adds) => adds(30, way()));
        log(`30 parallel requests over both hosts${$('unlocked').checked ? ', without locking' : ''}: ${counted} The longest wait was ${ms(wait)} ms.`, kind);
    },
    hold: async () => {
        const { counted, kind } = await batch(async (rows, adds) => {
            const { held } = await holder(rows, 3);
            await Promise.all([held, adds(8)]);
        });
        log(`A request had the session for 3 s, and 8 others queued behind it: ${counted}`, kind);
    },
    'kill-holder': async () => {
        let killed;
        const { acknowledged, counted, kind } = await batch(async (rows, adds) => {
            killed = await holder(rows, 30);
            const [others, { answer }] = [adds(4), killed];
            killed.held.catch(() => {});
            killed.lost = (await control('kill-holder', { pid: answer.pid, waiting: 1 })).at;
            await killed.held.catch(() => killed.answer = answer);
            await others;
        });
        const next = Math.min(...acknowledged.map(row => row.answer.got).filter(got => got > killed.lost));
        log(`The holder (process ${killed.answer.pid} on host ${killed.host}) was killed. The next request had the lock ${ms(next - killed.lost)} ms later. `
            + `What the holder had not stored is gone; the 4 others count: ${counted}`, kind);
    },
    restart: async () => {
        let restarted;
        const { rows, counted, kind } = await batch(async rows => {
            const { held } = await holder(rows, 60);
            held.catch(() => {});
            showState('database', false, 'restarting');
            try {
                restarted = await control('restart');
            } finally {
                showState('database', true, 'up');
                await control('release');
            }
            await held;
        });
        log(`The database was restarted in ${seconds(restarted.ms)}, while a request on host ${rows[0].host} had the session open. Its write connected again, `
            + `took the lock, found the row as it had read it, and stored its change: ${counted}`, kind);
    },
    freeze: async () => {
        const { rows, counted, kind } = await batch(async (rows, adds) => {
            const { held } = await holder(rows, 1);
            held.catch(() => {});
            await control('freeze', { seconds: 4 });
            showState('database', false, 'frozen');
            try {
                await Promise.all([held, adds(4)]);
            } finally {
                showState('database', true, 'up');
            }
        });
        log(`The database was frozen for 4 s. The request that had the session open waited, and was then stored. 4 others came meanwhile. They were refused `
            + `with a warning after 2 s (${plural(sum(rows, 'refused'), 'refusal')}), and the page sent them again: ${counted}`, kind);
    },
    logout: async () => {
        await send({ host: here() }, 'logout');
        $('rows').replaceChildren();
        show(await read());
        summary('The session was destroyed: this is a new one.');
        log('You logged out. The session was destroyed on both hosts; this is a new one.');
    },
};

async function killHost(host) {
    let [count, killed] = [0, null];
    const { rows, counted, kind } = await batch(async (_, adds) => {
        await adds(30, 'add&work=5000', () => {
            if (++count === 8) {
                killed = control('kill-host', { host }).then(() => setUp(host, false));
                killed.catch(() => {});
            }
        });
        await killed;
    });
    const again = rows.filter(row => row.unanswered).length;
    log(`Host ${host} was killed in the middle of 30 parallel requests. ${again} of them got no answer, and were sent again to host ${other(host)}. `
        + `Each counts exactly once: ${counted}`, kind);
}

async function startHost(host) {
    const { ms: time } = await control('start-host', { host });
    setUp(host, true);
    log(`Host ${host} was started again within ${ms(time)} ms. It has your session at once: the database keeps it.`);
}

async function act(action) {
    const buttons = [...document.querySelectorAll('button')];
    buttons.forEach(button => button.disabled = true);
    document.body.dataset.busy = '1';
    try {
        await action();
    } catch (error) {
        summary(error.message, 'bad');
        log(error.message, 'bad');
    }
    // The last host cannot be killed: nobody would be left to ask.
    buttons.forEach(button => button.disabled = button.dataset.host && up[button.dataset.host] && !up[other(button.dataset.host)]);
    delete document.body.dataset.busy;
}

for (const [id, action] of Object.entries(actions)) {
    $(id).addEventListener('click', () => act(action));
}
for (const button of document.querySelectorAll('button[data-host]')) {
    const { host } = button.dataset;
    button.addEventListener('click', () => act(() => up[host] ? killHost(host) : startHost(host)));
}
// The first request also makes the session, before there are several at once.
act(async () => {
    show(await read());
    const state = await control('state');
    Object.entries(state.up).forEach(([host, isUp]) => setUp(host, isUp));
});
