import assert from "node:assert/strict";
import { actionIds, actionRow } from "../../../src/status/actions";
import { operationName } from "../../../src/status/operation-names";

describe("the name of an operation", () => {
  it("is that of the action on the page, where there is one", () => {
    for (const id of actionIds) {
      assert.equal(operationName(actionRow(id).apiCode), actionRow(id).name);
    }
  });

  it("is in both languages, and of no other operation", () => {
    const codes = [
      ...["CREATE", "MODIFY_DB_CONFIG", "RESET_DB_PWD", "CHOOSE_OBJECT", "PRE_CHECK"],
      ...["MODIFY_CONFIGURATION", "CREATE_COMPARE", "CANCEL_COMPARE", "COPY_AGAIN"],
    ];
    const names = codes.map(operationName);
    for (const name of names) {
      assert.match(name?.en ?? "", /^[A-Z][a-z]/);
      assert.match(name?.zh ?? "", /^[\u4e00-\u9fff]+$/u);
    }
    assert.equal(new Set(names.map((name) => name?.en)).size, codes.length);
    assert.equal(new Set(names.map((name) => name?.zh)).size, codes.length);
  });

  it("does not exist for a code that the table lacks", () => {
    for (const code of ["FULL_TRANSFER_STARTED", "", "constructor"]) {
      assert.equal(operationName(code), undefined, code);
    }
  });
});
