// Encrypted attachments as Element makes and opens them: AES-CTR by WebCrypto, authenticated media.
const ALGORITHM = "AES-CTR";
const unpadded = (bytes) => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

/** The content of an event with a file of base64 `data`, sealed and uploaded. */
export async function sealedFile(client, { data, name, caption, msgtype = "m.image", mimetype }) {
    const plain = Buffer.from(data, "base64");
    const key = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, true, ["encrypt", "decrypt"]);
    const counter = new Uint8Array(16);
    crypto.getRandomValues(counter.subarray(0, 8));
    const sealed = await crypto.subtle.encrypt({ name: ALGORITHM, counter, length: 64 }, key, plain);
    const sha256 = await crypto.subtle.digest("SHA-256", sealed);
    const { content_uri } = await client.uploadContent(new Blob([sealed]), {
        type: "application/octet-stream",
        includeFilename: false,
    });
    const file = {
        v: "v2",
        url: content_uri,
        key: await crypto.subtle.exportKey("jwk", key),
        iv: unpadded(counter),
        hashes: { sha256: unpadded(sha256) },
    };
    return { msgtype, body: caption ?? name, filename: name, file, info: { mimetype, size: plain.length } };
}

/** What a file's event says of it, and its plain bytes as base64. */
export async function openedFile(client, content) {
    const { file, body, filename, msgtype, info } = content;
    const url = client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true);
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${client.getAccessToken()}` } });
    if (!answer.ok) throw new Error(`no file: ${answer.status}`);
    const sealed = await answer.arrayBuffer();
    const sha256 = unpadded(await crypto.subtle.digest("SHA-256", sealed));
    if (sha256 !== file.hashes.sha256) throw new Error("another file");
    const key = await crypto.subtle.importKey("jwk", file.key, { name: ALGORITHM }, false, ["decrypt"]);
    const counter = Buffer.from(file.iv, "base64");
    const plain = await crypto.subtle.decrypt({ name: ALGORITHM, counter, length: 64 }, key, sealed);
    return { data: Buffer.from(plain).toString("base64"), body, filename, msgtype, info, url: file.url, k: file.key.k };
}
