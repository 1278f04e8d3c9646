import assert from "node:assert/strict";
import { isFreezeCode, isFreezeRefusal } from "../../../src/drs/freeze-refusal";

describe("a refusal because of a freeze or arrears", () => {
  it("is known by its code", () => {
    const codes = [
      "CBC.99003602",
      "CBC.99003626",
      "CBC.99005003",
      "DRS.JOB_FROZEN",
      "X.freeze",
      "IN_ARREARS",
    ];
    for (const code of [...codes, "INSUFFICIENT_BALANCE", "INSUFFICIENTBALANCE", "ORDER_OVERDUE"]) {
      assert.equal(isFreezeCode(code), true, code);
    }
    for (const code of ["CBC.99003603", "FREEZE_OFF", "FREEZEOFF", "DRS.M00304", "", null, undefined]) {
      assert.equal(isFreezeCode(code), false, String(code));
    }
  });

  it("is known by its words where they name what is frozen", () => {
    const says = (reason: string) => isFreezeRefusal({ code: undefined, reason });
    const frozen = [
      "Your account is in arrears.",
      "You are in arrear",
      "Insufficient account balance",
      "insufficient balance",
    ];
    const more = [
      "The order is frozen",
      "Jobs have been frozen",
      "task orders-1 was frozen",
      'instance "ab" has been frozen',
    ];
    for (const reason of [...frozen, ...more, "账户已欠费", "余额不足", "任务 orders 已被冻结", "实例冻结"]) {
      assert.equal(says(reason), true, reason);
    }
    const others = [
      "The row is frozen",
      "frozen",
      "tasks frozenish",
      "The account balance is sufficient.",
      "冻结",
    ];
    for (const reason of [...others, `${"x".repeat(1_000)} insufficient balance`, "VACUUM FREEZE failed"]) {
      assert.equal(says(reason), false, reason);
    }
  });

  it("is none where it is the client that failed, whatever its words", () => {
    const fault = { id: "timeout", subject: "" } as const;
    assert.equal(isFreezeRefusal({ code: "CBC.99003602", reason: "insufficient balance", fault }), false);
    assert.equal(isFreezeRefusal({ code: "CBC.99003602", reason: "no" }), true);
  });
});
