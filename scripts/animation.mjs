// Pictures that follow each other, as one animated PNG: every browser shows it, and nothing of a picture is lost.
import { crc32 } from "node:zlib";

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** @typedef {{ type: string, data: Buffer }} Chunk */

/**
 * @param {readonly Buffer[]} pictures PNG files of the same size and colours
 * @param {number} seconds how long each is shown
 * @returns {Buffer} an animated PNG that repeats without end
 */
export function animation(pictures, seconds) {
  const [first = [], ...others] = pictures.map(chunksOf);
  const isFirst = (/** @type {Chunk} */ { type }) => type === "IHDR";
  const header = first.find(isFirst)?.data;
  if (header === undefined || others.some((one) => !one.find(isFirst)?.data.equals(header))) {
    throw new Error("The pictures of an animation have one size and one kind of colours.");
  }
  let number = 0;
  const frames = [first, ...others].flatMap((chunks, index) => {
    const control = { type: "fcTL", data: frameControl(number++, header, seconds) };
    const parts = chunks
      .filter(({ type }) => type === "IDAT")
      .map(({ type, data }) =>
        index === 0 ? { type, data } : { type: "fdAT", data: Buffer.concat([uint32(number++), data]) },
      );
    return [control, ...parts];
  });
  const all = [
    { type: "IHDR", data: header },
    // How many frames; 0: repeated without end.
    { type: "acTL", data: Buffer.concat([uint32(pictures.length), uint32(0)]) },
    ...frames,
    { type: "IEND", data: Buffer.alloc(0) },
  ];
  return Buffer.concat([signature, ...all.map(chunk)]);
}

/**
 * @param {Buffer} picture
 * @returns {Chunk[]}
 */
function chunksOf(picture) {
  const chunks = [];
  for (let at = signature.length; at < picture.length; ) {
    const length = picture.readUInt32BE(at);
    const type = picture.toString("latin1", at + 4, at + 8);
    chunks.push({ type, data: picture.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/**
 * @param {number} number
 * @param {Buffer} header begins with width and height
 * @param {number} seconds
 */
function frameControl(number, header, seconds) {
  const delay = Buffer.alloc(4);
  delay.writeUInt16BE(Math.round(seconds * 1000), 0);
  delay.writeUInt16BE(1000, 2);
  // At 0, 0; each frame replaces the one before.
  return Buffer.concat([uint32(number), header.subarray(0, 8), uint32(0), uint32(0), delay, Buffer.alloc(2)]);
}

/** @param {Chunk} chunk */
function chunk({ type, data }) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

/** @param {number} value */
function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
