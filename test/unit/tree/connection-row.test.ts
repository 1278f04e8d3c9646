import assert from "node:assert/strict";
import type { CloudConnection } from "../../../src/connections/connection";
import { pollIntervalsOf } from "../../../src/connections/poll-intervals";
import type { ConnectionState } from "../../../src/connections/session-manager";
import { localizerFor } from "../../../src/l10n/localizer";
import { shown } from "../../../src/l10n/shown";
import { noThresholds } from "../../../src/tasks/attention";
import { AttentionIndex } from "../../../src/tasks/attention-index";
import { TaskStore } from "../../../src/tasks/store";
import { Control } from "../../../src/tasks/use-cases/control";
import {
  connectionDescription,
  connectionLabel,
  isTroubled,
  messageOf,
} from "../../../src/tree/connection-row";
import { viewDescription } from "../../../src/tree/view-description";
import { MemoryService } from "../../support/service";
import { fill } from "../../support/texts";

const english = localizerFor("en", fill);

const connection: CloudConnection = {
  id: "1",
  kind: "cloud",
  name: "production",
  site: "huawei",
  region: "cn-north-4",
  endpoint: "https://drs.cn-north-4.myhuaweicloud.com",
  projectId: "p",
  signIn: { kind: "permanentKey" },
};

/** What is shown of a connection, and what its row says. */
const pictureOf = (facts: Partial<ConnectionState>) => {
  const state: ConnectionState = {
    connection,
    phase: "open",
    session: undefined,
    trouble: undefined,
    missing: undefined,
    readOnly: undefined,
    ...facts,
  };
  return {
    description: connectionDescription(state, english),
    label: connectionLabel(
      state,
      new AttentionIndex(state.session?.store.snapshot.tasks.values() ?? [], noThresholds, () => false, 0)
        .counts,
      english,
    ),
    message: messageOf(state, english),
    troubled: isTroubled(state),
  };
};

describe("the row of a connection", () => {
  const service = new MemoryService();
  const store = new TaskStore(service.caller, pollIntervalsOf.cloud);
  const session = {
    connection,
    client: service.caller,
    store,
    control: new Control(),
    tryAgain: () => undefined,
    wake: () => undefined,
    dispose: () => store.dispose(),
  };

  after(() => session.dispose());

  it("shows that it is being opened, does not run or cannot be used", () => {
    assert.equal(pictureOf({ phase: "opening" }).description, "connecting · cn-north-4");
    assert.equal(pictureOf({ phase: "stopped" }).description, "not running · cn-north-4");
    assert.deepEqual(pictureOf({ phase: "closed", trouble: shown("The secret is gone.") }), {
      description: "cannot be used · cn-north-4",
      label: "Connection production, cannot be used · cn-north-4",
      message: "The secret is gone.",
      troubled: true,
    });
  });

  it("shows the region when all is well, and that the user may only look", async () => {
    assert.equal(pictureOf({ session }).description, "connecting · cn-north-4");
    await store.refresh();
    assert.equal(pictureOf({ session }).description, "no tasks · cn-north-4");
    assert.match(pictureOf({ session }).message ?? "", /you may see only tasks that you created\.$/);
    const ofOne = { ...connection, enterpriseProject: { id: "p1", name: "billing" } };
    assert.equal(pictureOf({ connection: ofOne }).description, "connecting · cn-north-4 · billing");
    assert.match(
      pictureOf({ connection: ofOne, session }).message ?? "",
      /^Only tasks .*"billing".* only tasks that you created\.$/,
    );
    service.set("a", "INCRE_TRANSFER_FAILED");
    await store.refresh();
    assert.deepEqual(pictureOf({ session }), {
      description: "cn-north-4",
      label: "Connection production, cn-north-4, Synchronization tasks: 1 failed",
      message: undefined,
      troubled: false,
    });
    assert.equal(
      pictureOf({ session, readOnly: shown("Not allowed.") }).description,
      "read-only · cn-north-4",
    );
  });

  it("alone says beside the view's title where it is, which tasks it shows, and that the user may only look", () => {
    const alone = (facts: Partial<CloudConnection>, readOnly?: string) =>
      viewDescription(
        {
          ...{ connection: { ...connection, ...facts }, phase: "open", session, trouble: undefined },
          ...{ missing: undefined, readOnly: readOnly === undefined ? undefined : shown(readOnly) },
        },
        english,
      );
    assert.equal(alone({}), "production · cn-north-4");
    assert.equal(alone({ name: "cn-north-4" }), "cn-north-4");
    const enterpriseProject = { id: "p1", name: "billing" };
    assert.equal(alone({ enterpriseProject }, "no"), "production · cn-north-4 · billing · read-only");
  });

  it("shows how old the tasks are while they cannot be read", async () => {
    service.failing.set("listJobs", "network");
    await store.refresh();
    const { description, message, troubled } = pictureOf({ session });
    assert.equal(description, "cannot be read · cn-north-4");
    assert.match(message ?? "", /^As of .*ListJobs fails\. Check the connection/);
    assert.equal(troubled, true);
  });
});
