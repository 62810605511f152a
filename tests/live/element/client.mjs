// One Element, without its screen: requests come as JSON lines on stdin, replies and events go as JSON
// lines to stdout, and the library's warnings to stderr. The protocol is that of
// pc_matrix.homeserver.trial.client; the password comes in the login request and nowhere else.
import readline from "node:readline";

const out = (line) => process.stdout.write(JSON.stringify(line) + "\n");
for (const level of ["trace", "debug", "log", "info"]) console[level] = () => {};
for (const level of ["warn", "error"]) {
    console[level] = (...words) => process.stderr.write(words.map(String).join(" ") + "\n");
}

// Only now: the library binds the console when it is loaded.
const { Phone } = await import("./phone.mjs");
const phone = new Phone((event) => out({ event }));

async function answer({ id, cmd, ...request }) {
    try {
        if (!Phone.commands.includes(cmd)) throw new TypeError(`no such command: ${cmd}`);
        out({ id, ok: true, result: (await phone[cmd](request)) ?? {} });
    } catch (error) {
        const type = error.errcode ?? error.name ?? "Error";
        out({ id, ok: false, error: { type, message: String(error.message ?? error) } });
    }
    if (cmd === "quit") process.exit(0);
}

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(JSON.parse(line)));
lines.on("close", () => process.exit(0));
