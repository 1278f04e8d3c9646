import assert from "node:assert/strict";
import { typingObjection } from "../../../src/commands/typed-confirmation";
import { localizerFor } from "../../../src/l10n/localizer";
import { fill } from "../../support/texts";

describe("a confirmation that is typed", () => {
  const english = localizerFor("en", fill);
  const objection = (text: string, complete = false) =>
    typingObjection(text, "orders-prod", complete, english);

  it("takes its time with what may still become the name", () => {
    for (const text of ["", "o", "orders-", "orders-prod", "  orders-prod "]) {
      assert.equal(objection(text), undefined, text);
    }
    for (const text of ["x", "Orders", "orders-prod2", "ordes"]) {
      assert.match(objection(text) ?? "", /Type "orders-prod" to continue/, text);
    }
  });

  it("takes exactly the name, also pasted with blanks around it", () => {
    assert.equal(objection("orders-prod", true), undefined);
    assert.equal(objection(" orders-prod\t", true), undefined);
    for (const text of ["", "orders", "ORDERS-PROD", "orders-prod,"]) {
      assert.notEqual(objection(text, true), undefined, text);
    }
  });
});
