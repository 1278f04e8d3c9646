/** Byte sequences that a server may send which is no PostgreSQL, or one that was tampered with on the way. */
import { int16, int32, message, row, welcome } from "./lying-server";
import type { Random } from "./random";

const types = "RSKZTDCENAV123nIstGHWdcv~\0\u00ff";
const lengths = [0, 1, 3, 4, 5, 8, 100, 65_536, 0x01000000, 0x7fffffff, -1, -2_147_483_648] as const;
const codes = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, -1, 0x7fffffff] as const;

/** One sequence, as it may come at any moment of a session. */
export function lieOf(random: Random): Buffer {
  const kinds = [
    () => bytes(random, 200),
    () => frame(random),
    () => Buffer.concat(Array.from({ length: random.below(20) }, () => frame(random))),
    () => signIn(random),
    () => fault(random),
    () => mutated(random, welcome),
    () => mutated(random, Buffer.concat([welcome, row("a", "1")])),
    () => mutated(random, row("a", "bcd", "")),
    () => mutated(random, row("1")),
    () => mutated(random, fault(random)),
    () => Buffer.concat([welcome, mutated(random, row("1"))]),
    () => Buffer.concat([row("1"), frame(random)]),
  ] as const;
  return random.pick(kinds)();
}

/** The bytes with a few changes: other bytes, missing and doubled parts, inserted ones, other lengths. */
export function mutated(random: Random, original: Buffer): Buffer {
  let changed = Buffer.from(original);
  for (let count = 1 + random.below(4); count > 0 && changed.length > 0; count--) {
    const at = random.below(changed.length);
    const end = at + random.below(changed.length - at + 1);
    const changes = [
      () => changed.fill(random.below(256), at, at + 1),
      () => changed.fill(changed[at] === 0 ? 255 : 0, at, at + 1),
      () => Buffer.concat([changed.subarray(0, at), changed.subarray(end)]),
      () => Buffer.concat([changed.subarray(0, end), changed.subarray(at)]),
      () => Buffer.concat([changed.subarray(0, at), bytes(random, 30), changed.subarray(at)]),
      () => changed.subarray(0, at),
      () => Buffer.concat([changed.subarray(0, at), int32(random.pick(lengths)), changed.subarray(at + 4)]),
      () => Buffer.concat([changed.subarray(0, at), int16(random.below(65_536)), changed.subarray(at + 2)]),
    ] as const;
    changed = Buffer.from(random.pick(changes)());
  }
  return changed;
}

function bytes(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.below(most) }, () => random.below(256)));
}

/** A message of a known type with any content; its length is right most of the time. */
function frame(random: Random): Buffer {
  const framed = message(types[random.below(types.length)] ?? "Z", bytes(random, 60));
  if (random.below(3) === 0) {
    int32(random.pick(lengths)).copy(framed, 1);
  }
  return framed;
}

function signIn(random: Random): Buffer {
  const rest = [
    bytes(random, 20),
    int32(random.below(1_000)),
    Buffer.from("SCRAM-SHA-256\0\0"),
    Buffer.from("r=abc,s=AAAA,i=4096"),
    Buffer.from("r=abc,s=AAAA,i=99999999999"),
    Buffer.from("v=AAAA"),
    Buffer.from("e=other-error"),
    Buffer.alloc(0),
  ] as const;
  const asked = message("R", random.pick(codes), random.pick(rest));
  return random.below(4) === 0 ? Buffer.concat([asked, asked, welcome]) : asked;
}

/** An error with fields that PostgreSQL has, of any length and with any characters. */
function fault(random: Random): Buffer {
  const texts = [
    () => "x".repeat(random.below(20_000)),
    () => "\u001b[31m\u0007\n\r\u202e",
    () => bytes(random, 50).toString("latin1").replaceAll("\0", ""),
    () => "57P01",
    () => "__proto__",
  ] as const;
  const fields = Array.from(
    { length: random.below(12) },
    () => `${"SVCMDHPpqWstcdnFLR_"[random.below(19)]}${random.pick(texts)()}`,
  );
  const known =
    random.below(2) === 0
      ? ["SFATAL", `C${random.pick(["28P01", "3D000", "XX000", "57P03", "__proto__"])}`]
      : [];
  return message(random.pick(["E", "N"]), ...known, ...fields, Buffer.from([0]));
}
