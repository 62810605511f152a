// Every event that a client was shown, in order of arrival, and waiting for one that is still to come.
import { EventShieldColour, EventShieldReason } from "matrix-js-sdk/lib/crypto-api/index.js";

export class Memory {
    #events = new Map(); // event id → MatrixEvent
    #waiting = new Set(); // functions to call when something changed

    constructor(client) {
        this.client = client;
    }

    /** Take an event in, the first time that it is seen; echoes without an id are not events yet. */
    remember(event) {
        const id = event.getId();
        if (!id?.startsWith("$") || event.status || this.#events.has(id)) return false;
        this.#events.set(id, event);
        this.stir();
        return true;
    }

    /** Something changed: whoever waits looks again. */
    stir() {
        for (const wake of this.#waiting) wake();
    }

    /** What the protocol says of one event: its type on the wire, its content, its shield. */
    async record(event) {
        await this.client.decryptEventIfNeeded(event);
        const failed = event.isDecryptionFailure();
        const content = failed ? {} : event.getContent();
        const clear = event.isEncrypted() && !failed;
        return {
            event_id: event.getId(),
            room_id: event.getRoomId(),
            sender: event.getSender(),
            state_key: event.getStateKey() ?? null,
            ts: event.getTs(),
            type: failed ? event.getWireType() : event.getType(),
            wire_type: event.getWireType(),
            body: content.body ?? null,
            html: content.formatted_body ?? null,
            msgtype: content.msgtype ?? null,
            mentions: content["m.mentions"]?.user_ids ?? [],
            membership: event.getType() === "m.room.member" ? content.membership : null,
            relates_to: event.getWireContent()["m.relates_to"] ?? content["m.relates_to"] ?? null,
            decrypted: clear,
            error: failed ? (event.decryptionFailureReason ?? "UNKNOWN") : null,
            ...(clear ? await this.#shield(event) : { shield: null, shield_reason: null }),
        };
    }

    async #shield(event) {
        const info = await this.client.getCrypto().getEncryptionInfoForEvent(event);
        if (info === null) return { shield: null, shield_reason: null };
        const reason = info.shieldReason;
        return {
            shield: EventShieldColour[info.shieldColour],
            shield_reason: reason === null ? null : EventShieldReason[reason],
        };
    }

    /** The first event that fits, of those already seen too; an error when none came in time. */
    async waitFor({ timeout = 30, after = null, ...wanted }) {
        const deadline = Date.now() + timeout * 1000;
        for (;;) {
            const changed = this.#change(deadline - Date.now());
            const found = await this.#find(after, wanted);
            if (found) return found;
            if (Date.now() >= deadline) throw timedOut(timeout);
            await changed;
        }
    }

    async #find(after, wanted) {
        const ids = [...this.#events.keys()];
        for (const id of ids.slice(ids.indexOf(after) + 1)) {
            const record = await this.record(this.#events.get(id));
            if (fits(record, wanted)) return record;
        }
        return null;
    }

    #change(limit) {
        return new Promise((resolve) => {
            const wake = () => {
                clearTimeout(timer);
                this.#waiting.delete(wake);
                resolve();
            };
            const timer = setTimeout(wake, Math.max(0, limit));
            this.#waiting.add(wake);
        });
    }
}

function fits(record, { room_id, sender, type, event_id, body_contains, body_matches }) {
    const body = record.body ?? "";
    return (
        (!room_id || record.room_id === room_id) &&
        (!sender || record.sender === sender) &&
        (!type || record.type === type) &&
        (!event_id || record.event_id === event_id) &&
        (!body_contains || body.includes(body_contains)) &&
        (!body_matches || new RegExp(body_matches, "u").test(body))
    );
}

function timedOut(timeout) {
    const error = new Error(`no such event within ${timeout} s`);
    error.name = "TimeoutError";
    return error;
}
