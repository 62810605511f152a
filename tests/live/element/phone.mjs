// A person's Element: matrix-js-sdk with its Rust crypto, under Element's policy that only devices
// signed by their owner get keys and are believed.
import * as sdk from "matrix-js-sdk";
import { decodeRecoveryKey, OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";
import { makeLocationContent } from "matrix-js-sdk/lib/content-helpers.js";
import { openedFile, sealedFile } from "./files.mjs";
import { Memory } from "./memory.mjs";
import { Verifying } from "./verifying.mjs";

const SYNC_WAIT = 60_000; // milliseconds

export class Phone {
    static commands = [
        "ping", "login", "start", "rooms", "members", "create", "join", "leave", "send", "edit", "react",
        "redact", "send_file", "send_place", "open_file",
        "read", "wait_for", "identity_of", "reset_identity", "verify_ask", "verify_codes", "verify_answer",
        "verify_outcome", "logout", "quit",
    ]; // prettier-ignore

    constructor(tell) {
        this.tell = tell;
    }

    async ping() {}

    async login({ homeserver, user_id, password, device_name = "Element", sign = true, recovery_key }) {
        const answer = await sdk.createClient({ baseUrl: homeserver }).loginRequest({
            type: "m.login.password",
            identifier: { type: "m.id.user", user: user_id },
            password,
            initial_device_display_name: device_name,
        });
        this.client = sdk.createClient({
            baseUrl: homeserver,
            userId: answer.user_id,
            accessToken: answer.access_token,
            deviceId: answer.device_id,
            cryptoCallbacks: recovery_key ? withRecoveryKey(recovery_key) : {},
        });
        await this.client.initRustCrypto({ useIndexedDB: false });
        const crypto = this.client.getCrypto();
        // A device that nobody signed plays the ghost: under the policy it could not even send.
        if (sign) {
            crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
            if (recovery_key) await this.#signFromStorage(crypto, answer.user_id);
            else await this.#sign(crypto, answer.user_id, password);
        }
        this.memory = new Memory(this.client);
        this.verifying = new Verifying(this.client);
        const { ed25519 } = await crypto.getOwnDeviceKeys();
        return { user_id: answer.user_id, device_id: answer.device_id, ed25519 };
    }

    async #sign(crypto, user_id, password) {
        if (await crypto.userHasCrossSigningKeys(user_id, true)) {
            const error = new Error(`${user_id} has an identity already`);
            error.name = "IdentityExists";
            throw error;
        }
        const identifier = { type: "m.id.user", user: user_id };
        await crypto.bootstrapCrossSigning({
            authUploadDeviceSigningKeys: (upload) =>
                upload({ type: "m.login.password", identifier, password }),
        });
    }

    /** The existing identity, from secret storage, signs this device: nothing new may be made. */
    async #signFromStorage(crypto, user_id) {
        await crypto.userHasCrossSigningKeys(user_id, true);
        await crypto.bootstrapCrossSigning({
            authUploadDeviceSigningKeys: () => Promise.reject(new Error("a new identity was wanted")),
        });
    }

    /** What this phone thinks of somebody's identity; one's own says whether it is ready to sign. */
    async identity_of({ user_id }) {
        const crypto = this.client.getCrypto();
        const known = await crypto.userHasCrossSigningKeys(user_id, true);
        const user = await crypto.getUserVerificationStatus(user_id);
        const device = await crypto.getDeviceVerificationStatus(this.client.getUserId(), this.client.getDeviceId());
        return {
            known,
            needs_approval: user.needsUserApproval,
            verified: user.isCrossSigningVerified(),
            ready: await crypto.isCrossSigningReady(),
            own_device_signed: device?.signedByOwner ?? false,
            fingerprint: await this.#masterKey(user_id),
        };
    }

    /** Another identity for the same account and phone: the recovery key was lost. */
    async reset_identity({ user_id, password }) {
        const identifier = { type: "m.id.user", user: user_id };
        await this.client.getCrypto().bootstrapCrossSigning({
            setupNewCrossSigning: true,
            authUploadDeviceSigningKeys: (upload) =>
                upload({ type: "m.login.password", identifier, password }),
        });
    }

    async #masterKey(user_id) {
        const { master_keys } = await this.client.downloadKeysForUsers([user_id]);
        return Object.values(master_keys[user_id]?.keys ?? {})[0] ?? "";
    }

    async start({ auto_join = true }) {
        const { client, memory } = this;
        client.on("Room.timeline", (event, _room, toStartOfTimeline) => {
            if (!toStartOfTimeline) void this.#hear(event);
        });
        client.on("Room.localEchoUpdated", (event) => void this.#hear(event));
        client.on("Event.decrypted", () => memory.stir());
        client.on("Room.myMembership", (room, membership) => {
            if (auto_join && membership === "invite") void this.#accept(room.roomId);
        });
        const ready = new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("the first sync did not end")), SYNC_WAIT);
            client.on("sync", (state) => {
                if (state !== "PREPARED" && state !== "SYNCING") return;
                clearTimeout(timer);
                resolve();
            });
        });
        await client.startClient({ initialSyncLimit: 100, pollTimeout: 10_000 });
        await ready;
        if (auto_join) {
            const invited = client.getRooms().filter((room) => room.getMyMembership() === "invite");
            await Promise.all(invited.map((room) => this.#accept(room.roomId)));
        }
    }

    async #accept(room_id) {
        try {
            await this.client.joinRoom(room_id);
        } catch (error) {
            process.stderr.write(`could not join ${room_id}: ${error.message}\n`);
        }
    }

    async #hear(event) {
        if (this.memory.remember(event)) this.tell(await this.memory.record(event));
    }

    async rooms() {
        const joined = this.client.getRooms().filter((room) => room.getMyMembership() === "join");
        return joined.map((room) => ({
            room_id: room.roomId,
            name: room.name,
            encrypted: room.hasEncryptionStateEvent(),
            is_space: room.isSpaceRoom(),
        }));
    }

    async members({ room_id }) {
        const { joined } = await this.client.getJoinedRoomMembers(room_id);
        return Object.keys(joined).sort();
    }

    /** A room of one's own: encrypted, by invitation. */
    async create({ name, invite = [] }) {
        const content = { algorithm: "m.megolm.v1.aes-sha2" };
        return this.client.createRoom({
            name,
            invite,
            preset: "private_chat",
            initial_state: [{ type: "m.room.encryption", state_key: "", content }],
        });
    }

    async join({ room_id }) {
        await this.client.joinRoom(room_id);
    }

    async leave({ room_id }) {
        await this.client.leave(room_id);
    }

    async send({ room_id, body, html, reply_to, mentions = [] }) {
        const content = { ...words(body, html), "m.mentions": mentions.length ? { user_ids: mentions } : {} };
        if (reply_to) content["m.relates_to"] = { "m.in_reply_to": { event_id: reply_to } };
        return this.say(room_id, "m.room.message", content);
    }

    /** Element sends from a screen that knows the room's encryption; the library may learn it later. */
    async say(room_id, type, content) {
        for (let tries = 150; ; tries -= 1) {
            try {
                return await this.client.sendEvent(room_id, type, content);
            } catch (error) {
                if (tries === 0 || !error.message.includes("unconfigured room")) throw error;
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
        }
    }

    async edit({ room_id, event_id, body, html }) {
        return this.say(room_id, "m.room.message", {
            ...words(`* ${body}`, html),
            "m.new_content": words(body, html),
            "m.relates_to": { rel_type: "m.replace", event_id },
        });
    }

    async react({ room_id, event_id, key }) {
        const relation = { rel_type: "m.annotation", event_id, key };
        return this.say(room_id, "m.reaction", { "m.relates_to": relation });
    }

    async redact({ room_id, event_id, reason }) {
        return this.client.redactEvent(room_id, event_id, undefined, reason ? { reason } : {});
    }

    async send_file({ room_id, ...file }) {
        const content = await sealedFile(this.client, file);
        return this.say(room_id, "m.room.message", content);
    }

    /** A position as Element writes it, with no word of its sender's but the description. */
    async send_place({ room_id, uri, description, own = false }) {
        const asset = own ? "m.self" : "m.pin";
        const content = makeLocationContent(undefined, uri, Date.now(), description, asset);
        return this.say(room_id, "m.room.message", content);
    }

    async open_file({ room_id, event_id }) {
        const event = this.client.getRoom(room_id).findEventById(event_id);
        return openedFile(this.client, event.getContent());
    }

    async read({ room_id, limit = 50 }) {
        const room = this.client.getRoom(room_id);
        if (room === null) throw new Error(`not in room ${room_id}`);
        await this.client.scrollback(room, limit);
        const events = room.getLiveTimeline().getEvents().filter((event) => !event.status);
        return Promise.all(events.slice(-limit).map((event) => this.memory.record(event)));
    }

    async wait_for(request) {
        return this.memory.waitFor(request);
    }

    async verify_ask(request) {
        return this.verifying.ask(request);
    }

    async verify_codes(request) {
        return this.verifying.codes(request);
    }

    async verify_answer(request) {
        return this.verifying.answer(request);
    }

    async verify_outcome(request) {
        return this.verifying.outcome(request);
    }

    async logout() {
        await this.client.logout(true);
    }

    async quit() {
        this.client?.stopClient();
    }
}

function words(body, html) {
    const formatted = html ? { format: "org.matrix.custom.html", formatted_body: html } : {};
    return { msgtype: "m.text", body, ...formatted };
}

function withRecoveryKey(recovery_key) {
    const getSecretStorageKey = async ({ keys }) => [Object.keys(keys)[0], decodeRecoveryKey(recovery_key)];
    return { getSecretStorageKey };
}
