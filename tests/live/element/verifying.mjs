// Verifications as a person taps through them in Element: ask, choose the emoji, compare, answer.
import { UserId } from "@matrix-org/matrix-sdk-crypto-wasm";
import { VerificationPhase, VerificationRequestEvent } from "matrix-js-sdk/lib/crypto-api/verification.js";

const SAS = "m.sas.v1";

export class Verifying {
    #request;
    #verifier;

    constructor(client) {
        this.client = client;
    }

    /** Ask somebody: in a room of both, or one of his devices; `sealed` as clients that encrypt all do it. */
    async ask({ user_id, room_id, device_id, sealed = false }) {
        const crypto = this.client.getCrypto();
        const { olmMachine, outgoingRequestProcessor } = crypto;
        await outgoingRequestProcessor.makeOutgoingRequest(olmMachine.queryKeysForUsers([new UserId(user_id)]));
        const devices = await crypto.getUserDeviceInfo([user_id], true);
        if (sealed) this.#seal(crypto);
        this.#verifier = undefined;
        this.#request = room_id
            ? await crypto.requestVerificationDM(user_id, room_id)
            : await crypto.requestDeviceVerification(
                  user_id,
                  device_id ?? [...devices.get(user_id).keys()][0],
              );
        return { flow_id: this.#request.transactionId };
    }

    /** Once the other side is ready, choose the emoji; the codes that both should see. */
    async codes({ timeout = 30 }) {
        await this.#until(({ phase }) => phase !== VerificationPhase.Requested, timeout);
        if (this.#request.phase === VerificationPhase.Cancelled) throw cancelled(this.#request);
        this.#verifier = await this.#request.startVerification(SAS);
        this.#verifier.verify().catch(() => {}); // the request tells how it ended
        await this.#until(() => this.#shown() || this.#isOver(), timeout);
        if (!this.#shown()) throw cancelled(this.#request);
        const { emoji, decimal } = this.#shown().sas;
        return { emoji: emoji.map(([symbol]) => symbol), decimals: decimal };
    }

    /** "They match", "They don't match", or the cross of the window. */
    async answer({ how }) {
        if (how === "same") await this.#shown().confirm();
        else if (how === "different") this.#shown().mismatch();
        else await this.#request.cancel();
    }

    /** How it ended: `done`, or `cancelled` with the code and by whom. */
    async outcome({ timeout = 30 }) {
        await this.#until(() => this.#isOver(), timeout);
        const { phase, cancellationCode, cancellingUserId } = this.#request;
        if (phase === VerificationPhase.Done) return { outcome: "done" };
        return { outcome: "cancelled", code: cancellationCode, by: cancellingUserId ?? null };
    }

    #shown() {
        return this.#verifier?.getShowSasCallbacks();
    }

    #isOver() {
        const { phase } = this.#request;
        return phase === VerificationPhase.Done || phase === VerificationPhase.Cancelled;
    }

    async #until(holds, timeout) {
        const request = this.#request;
        const deadline = Date.now() + timeout * 1000;
        while (!holds(request)) {
            if (Date.now() >= deadline) throw late(timeout);
            await changeOf(request, 250);
        }
    }

    /** From now on this phone's events of rooms go encrypted, its requests for verification too. */
    #seal(crypto) {
        const { client } = this;
        const processor = crypto.outgoingRequestProcessor;
        const plainly = processor.requestWithRetry.bind(processor);
        processor.requestWithRetry = async (method, path, query, body) => {
            const room = /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/([^/]+)\//.exec(path);
            if (room === null) return plainly(method, path, query, body);
            const [room_id, type] = [room[1], room[2]].map(decodeURIComponent);
            return JSON.stringify(await client.sendEvent(room_id, type, JSON.parse(body)));
        };
        crypto.sendVerificationRequestContent = async (room_id, content) =>
            (await client.sendEvent(room_id, "m.room.message", JSON.parse(content))).event_id;
    }
}

function changeOf(request, limit) {
    return new Promise((resolve) => {
        const wake = () => {
            clearTimeout(timer);
            request.off(VerificationRequestEvent.Change, wake);
            resolve();
        };
        const timer = setTimeout(wake, limit);
        request.on(VerificationRequestEvent.Change, wake);
    });
}

function late(timeout) {
    const error = new Error(`nothing happened within ${timeout} s`);
    error.name = "TimedOut";
    return error;
}

function cancelled({ cancellationCode }) {
    const error = new Error(String(cancellationCode));
    error.name = "Cancelled";
    return error;
}
